# SPDX-License-Identifier: GPL-2.0-only
"""Every diagram is one that mermaid understands: files (.mmd) and those inside pages; each file is shown by a page."""
import json
import shutil
import subprocess
from pathlib import Path

from pages import DOCS, blocks, pages
from skip import Skip

HERE = Path(__file__).resolve().parent


def diagrams():
    """name -> text, as the parser shall see it."""
    found, shown = {}, set()
    for page in pages():
        for block in blocks(page):
            if block.kind != "mermaid":
                continue
            if block.argument:
                shown.add((page.parent / block.argument).resolve())
            else:
                found[block.where] = block.text
    for path in sorted(DOCS.rglob("*.mmd")):
        found[str(path.relative_to(DOCS.parent))] = path.read_text() if path in shown else "no page shows it"
    return found


def mermaid(build):
    """Where mermaid.min.js is.  Not to be had is no verdict about the diagrams."""
    where = build / "docs/mermaid"
    if not shutil.which("npm") or not shutil.which("node"):
        raise Skip("npm and node, which mermaid needs, are not installed")
    r = subprocess.run(["sh", str(DOCS / "mermaid.sh"), str(where)], capture_output=True, text=True)
    if r.returncode:
        raise Skip("mermaid could not be fetched: " + (r.stdout + r.stderr).strip().splitlines()[-1])
    return where / "mermaid.min.js"


def check(build):
    broken = "sequenceDiagram\n A->>\n"  # the parser must be able to refuse
    texts = {"a broken diagram": broken, **diagrams()}
    r = subprocess.run(["node", str(HERE / "parse.js"), str(mermaid(build))], input=json.dumps(texts),
                       capture_output=True, text=True, env={"NODE_PATH": "/usr/share/nodejs", "PATH": "/usr/bin:/bin"})
    if r.returncode:
        yield "the parser", r.stdout + r.stderr
        return
    problems = json.loads(r.stdout)
    yield "a broken diagram is refused", "" if problems.pop("a broken diagram") else "mermaid accepted it"
    yield from problems.items()
