# SPDX-License-Identifier: GPL-2.0-only
"""The pages build as HTML and as manual pages without a warning, and every page is reached from the index.

Sphinx's nitpicky mode makes a link within the tree that leads nowhere a warning."""
import subprocess
import sys

from pages import DOCS, pages


def built(builder, out):
    r = subprocess.run([sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-E", "-b", builder, str(DOCS), str(out)],
                       capture_output=True, text=True)
    return "" if r.returncode == 0 else r.stdout + r.stderr


def check(build):
    out = build / "tests/docs"
    yield "HTML", built("html", out / "html")
    yield "manual pages", built("man", out / "man")
    for page in pages():
        html = out / "html" / page.relative_to(DOCS).with_suffix(".html")
        yield str(page.relative_to(DOCS)), "" if html.is_file() else "has no HTML page"
        if not page.read_text().startswith(".. SPDX-License-Identifier: CC-BY-4.0\n"):
            yield str(page.relative_to(DOCS)), "does not begin with its licence"
