# SPDX-License-Identifier: GPL-2.0-only
"""Every operation that has a row behind a door is named by a guest test.

The doors' tables and switches are read from the hypervisor's sources; an operation is a name of the public interface
with one of the prefixes below.  A row that no test kernel names has nobody to show that it works.  Tests of refusal go
through the rows by lists, and of what they name nothing follows."""
import re
from pathlib import Path

HERE = Path(__file__).resolve().parent
XEN = HERE.parents[2] / "xen"

PREFIXES = ("__HYPERVISOR_", "XENMEM_", "EVTCHNOP_", "GNTTABOP_", "VCPUOP_", "SCHEDOP_", "HVMOP_", "XENVER_",
            "PHYSDEVOP_", "XENPF_", "CONSOLEIO_", "XEN_DOMCTL_", "XEN_SYSCTL_")
NAME = "(?:" + "|".join(PREFIXES) + r")\w+"
ROW = re.compile(rf"^\s*\[({NAME})(?: - OWN_FIRST)?\] = |^\s*case ({NAME}):|call->arg\[0\] == ({NAME})", re.M)

REFUSAL = ("doors", "privilege", "hostile", "hostile-guest")

# What the door's function is called by, in a test: the macros of guest.h.
BY_MACRO = re.compile(r"#define (\w+)\(.*__HYPERVISOR_(\w+)")


def rows():
    """{operation: file}, of all doors."""
    found = {}
    doors = [*XEN.glob("common/*.c"), *XEN.glob("arch/x86/*.c")]
    for source in doors:
        for match in ROW.finditer(source.read_text()):
            found.setdefault(next(g for g in match.groups() if g), source.name)
    return found


def named():
    """Operations that test kernels name."""
    names = set()
    macros = {}
    for header in HERE.glob("lib/guest.h"):
        macros = dict(BY_MACRO.findall(header.read_text()))
    for source in (s for s in HERE.glob("*/*.c") if s.parent.name not in REFUSAL):
        text = source.read_text()
        names |= set(re.findall(NAME, text))
        names |= {f"__HYPERVISOR_{number}" for macro, number in macros.items() if re.search(rf"\b{macro}\(", text)}
    return names


def check():
    """The number of rows, and a line for each that is not named."""
    found, names = rows(), named()
    return len(found), [f"{row} ({where}) is named by no test" for row, where in sorted(found.items()) if row not in names]
