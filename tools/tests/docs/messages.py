# SPDX-License-Identifier: GPL-2.0-only
"""Whatever a page says that a program says - :says:`text` - is still in the sources.

In a quote "…" stands for what differs from time to time, as %u does in the source.  A quote may be a part of a
message, but its words must be in one string of one source file, in that order."""
import re

from pages import ROOT, pages

QUOTE = re.compile(r":says:`([^`]+)`", re.S)
ONE = r'L?"(?:[^"\\\n]|\\.)*"'
STRING = re.compile(rf"{ONE}(?:\s+(?:{ONE}|[A-Z][A-Za-z0-9_]+(?=\s*\"))|{ONE})*")
FORMAT = re.compile(r"%[-+ #0-9.*]*(?:hh|h|ll|l|z|t|j)?(?:p[Sv]|[a-zA-Z])")
ESCAPES = {"\\n": " ", "\\t": " ", '\\"': '"', "\\\\": "\\"}
SOURCES = ["xen", "tools/xl", "tools/libs"]
MANY = re.compile("…(?: ?…)*")


def plain(text):
    """One form for quotes and strings: variable parts as …, blanks as one."""
    return MANY.sub("…", re.sub(r"\s+", " ", text)).strip()


def strings(path):
    """The string literals of a C file, neighbours joined; macros between them (PRIu64, PCI_FMT) are variable parts."""
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", path.read_text(), flags=re.S)
    for m in STRING.finditer(text):
        inner = re.sub(r'(?<!\\)"\s*L?"', "", re.sub(r'(?<!\\)"\s+[A-Z]\w+\s+"', "%u", m[0]))[m[0].index('"') + 1:-1]
        s = re.sub(r"\\.", lambda e: ESCAPES.get(e[0], " "), inner)
        yield plain(FORMAT.sub("…", s.replace("%%", "\0")).replace("\0", "%"))


def spoken():
    return [s for d in SOURCES for f in sorted((ROOT / d).rglob("*.c")) for s in strings(f) if s]


def check(build):
    said = spoken()
    for page in pages():
        for quote in dict.fromkeys(plain(q) for q in QUOTE.findall(page.read_text())):
            known = any(quote in s for s in said)
            yield f"{page.relative_to(ROOT)}: {quote}", "" if known else "no program says this"
