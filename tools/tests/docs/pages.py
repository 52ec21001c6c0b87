# SPDX-License-Identifier: GPL-2.0-only
"""The documentation's pages as the tests see them: directives with their options and content."""
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
DIRECTIVE = re.compile(r"^( *)\.\. ([\w-]+):: *(.*)$")
OPTION = re.compile(r"^ +:([\w-]+): *(.*)$")


class Block:
    """A directive: `.. kind:: argument`, its options, and its content without the indentation."""

    def __init__(self, page, line, kind, argument, body):
        self.page, self.line, self.kind, self.argument = page, line, kind, argument
        self.options = {}
        while body and (m := OPTION.match(body[0])):
            self.options[m[1]] = m[2]
            body = body[1:]
        while body and not body[0].strip():
            body = body[1:]
        depth = min((len(t) - len(t.lstrip()) for t in body if t.strip()), default=0)
        self.text = "\n".join(t[depth:] for t in body).rstrip() + "\n"

    @property
    def where(self):
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def pages():
    return sorted(DOCS.rglob("*.rst"))


def blocks(page):
    """Every directive of a page, in order; also those inside others."""
    lines = page.read_text().splitlines()
    for number, text in enumerate(lines):
        m = DIRECTIVE.match(text)
        if not m:
            continue
        end = number + 1
        while end < len(lines) and (not lines[end].strip() or lines[end].startswith(m[1] + " ")):
            end += 1
        yield Block(page, number + 1, m[2], m[3].strip(), lines[number + 1:end])


def code(language):
    """All code blocks in one language."""
    return [b for p in pages() for b in blocks(p) if b.kind == "code-block" and b.argument == language]
