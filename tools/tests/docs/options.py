# SPDX-License-Identifier: GPL-2.0-only
"""The page of the hypervisor's command line has each option that the sources have, and no other."""
import re

from pages import DOCS, ROOT

ROW = re.compile(r'^(?:cmdline_option_row|custom_param)\(\w+,\s*"(\w+)"|^\w+_param\("(\w+)"', re.M)


def check(build):
    known = {a or b for f in (ROOT / "xen").rglob("*.c") for a, b in ROW.findall(f.read_text())}
    page = (DOCS / "admin-guide/command-line.rst").read_text()
    shown = {name for line in re.findall(r"^``.*$", page, re.M) for name in re.findall(r"``(\w+)[`=]", line)}
    for name in sorted(known | shown):
        yield name, "" if name in known and name in shown else "is not on the page" if name in known else "is no option"
