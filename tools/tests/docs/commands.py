# SPDX-License-Identifier: GPL-2.0-only
"""Every command that the README or the administrator's guide shows is run by a test, or marked as needing a real machine.

The scenario admin-guide runs most of them: a command that stands there letter by letter needs nothing else.  For the
others commands.txt has a row: a pattern that the whole command matches, the file of the test that runs it, and a
pattern that is found in that file.  A row that matches no command any more is wrong, too.  In the guide a block with
`:class: hardware` is for real machines; it is not looked at."""
import re

from pages import DOCS, ROOT, blocks

TABLE = ROOT / "tools/tests/docs/commands.txt"
SCENARIO = ROOT / "tools/tests/system/scenarios/admin-guide.sh"


class Row:
    def __init__(self, line, text):
        self.line, self.used = line, False
        self.command, self.test, self.evidence = (part.strip() for part in text.split(" | "))

    def problem(self):
        path = ROOT / self.test
        if not path.is_file():
            return f"{self.test}, which shall run it, is not there"
        if not re.search(self.evidence, path.read_text(), re.M):
            return f"{self.test} does not run it: nothing there matches {self.evidence}"
        return ""


def rows():
    for number, text in enumerate(TABLE.read_text().splitlines(), 1):
        if text.strip() and not text.startswith("#"):
            yield Row(number, text)


def typed(text, prompt):
    """The commands of a block: what stands behind a prompt, with lines that are continued joined."""
    lines = text.replace("\\\n", " ").splitlines()
    return [re.sub(r"\s+", " ", t[2:]).strip() for t in lines if re.match(prompt, t)]


def shown():
    """(where, command) of everything that a reader is told to type."""
    readme = (ROOT / "README").read_text()
    for command in re.findall(r"^    (?:[#$] )?((?:sudo|make|xl|apt-get) [^#(\n]*)", readme, re.M):
        yield "README", command.strip()
    for page in sorted((DOCS / "admin-guide").rglob("*.rst")):
        for block in blocks(page):
            if block.kind == "code-block" and block.argument == "console" and "hardware" not in block.options.get("class", ""):
                for command in typed(block.text, r"[#$] "):
                    yield block.where, command


def check(build):
    table, scenario = list(rows()), SCENARIO.read_text()
    for where, command in shown():
        found = [r for r in table if re.fullmatch(r.command, command)]
        for row in found:
            row.used = True
        is_run = found or re.search(rf"(^|[ '(]){re.escape(command)}($|[ ')|])", scenario, re.M)
        yield f"{where}: {command}", "" if is_run else "not in scenario admin-guide, nor has commands.txt a row for it"
    for row in table:
        yield f"commands.txt:{row.line}", row.problem() if row.used else "no page shows such a command any more"
