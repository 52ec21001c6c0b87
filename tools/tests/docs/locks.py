# SPDX-License-Identifier: GPL-2.0-only
"""The page of locks has a card for each level, in their order, and names the files that have such locks."""
import re

from pages import DOCS, ROOT

CARD = re.compile(r"^\.\. rubric:: (\w+)\n\n(.*?)(?=^\.\. rubric|^\w)", re.M | re.S)


def levels():
    text = (ROOT / "xen/include/xen/spinlock.h").read_text()
    names = re.findall(r"^ +LOCK_(\w+)", text[text.index("enum lock_level"):], re.M)
    return [n for n in names if n != "NONE"]


def places(level):
    """Files where a lock gets this level."""
    made = re.compile(rf"(?:DEFINE_SPINLOCK|spin_lock_init)\([^;]*\bLOCK_{level}\)")
    return {str(f.relative_to(ROOT)) for f in (ROOT / "xen").rglob("*.c") if made.search(f.read_text())}


def check(build):
    cards = CARD.findall((DOCS / "hypervisor-guide/locking.rst").read_text())
    yield "order", "" if [n for n, _ in cards] == levels() else f"cards: {[n for n, _ in cards]}\nlevels: {levels()}"
    for level, text in cards:
        named = set(re.findall(r"``(xen/[\w/.]+)``", text.split(":Guards:")[0]))
        yield level, "" if named == places(level) else f"the card names {sorted(named)}, the locks are in {sorted(places(level))}"
