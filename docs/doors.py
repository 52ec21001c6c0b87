# SPDX-License-Identifier: CC-BY-4.0
"""A Sphinx directive, `.. hypercalls::`: the table of hypercalls and their operations, read from the hypervisor's own
tables while the pages are built, so that it cannot go out of date."""
import re
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import Directive
from docutils.statemachine import StringList

XEN = Path(__file__).resolve().parents[1] / "xen"

# hypercall -> how the names of its operations begin
PREFIX = {"memory_op": "XENMEM_", "xen_version": "XENVER_", "console_io": "CONSOLEIO_", "grant_table_op": "GNTTABOP_",
          "vm_assist": "VMASST_CMD_", "vcpu_op": "VCPUOP_", "sched_op": "SCHEDOP_", "event_channel_op": "EVTCHNOP_",
          "physdev_op": "PHYSDEVOP_", "hvm_op": "HVMOP_", "platform_op": "XENPF_", "sysctl": "XEN_SYSCTL_",
          "domctl": "XEN_DOMCTL_"}
ASK = {"domctl", "sysctl"}  # each operation by itself
CALLERS = {"CALLER_ANYONE": "any domain", "CALLER_HARDWARE": "dom0", "CALLER_CONTROL": "a privileged domain"}


def hypercalls():
    """(name, who may call) in the order of the numbers."""
    rows = re.findall(r"\[__HYPERVISOR_(\w+)\] = \{[^}]*?(CALLER_\w+)", (XEN / "common/hypercall.c").read_text())
    header = (XEN / "include/public/xen.h").read_text()
    number = {name: int(n) for name, n in re.findall(r"#define __HYPERVISOR_(\w+)\s+(\d+)", header)}
    return sorted((number[name], name, "see below" if name in ASK else CALLERS[who]) for name, who in rows)


def operations(prefix):
    """The rows, or the arms, that a door has for them, or the one that it looks for first."""
    row = re.compile(rf"^ *(?:\[{prefix}(\w+?)(?: - \w+)?\] = |case {prefix}(\w+):|if \(call->arg\[0\] == {prefix}(\w+)\))", re.M)
    files = [*sorted((XEN / "common").glob("*.c")), *sorted((XEN / "arch/x86").glob("*.c"))]
    names = {name for f in files for found in row.findall(f.read_text()) for name in found if name}
    # Words that belong to an operation's arguments.
    return sorted(n for n in names if not re.match(r"SHADOW_OP_|SCHEDOP_|CPUPOOL_OP_|cpu_featureset_|cpu_policy_\w+_", n))


class Hypercalls(Directive):
    def run(self):
        lines = [".. list-table::", "   :header-rows: 1", "   :widths: 8 18 14 60", "",
                 "   * - Number", "     - Hypercall", "     - Callers", "     - Operations"]
        for number, name, who in hypercalls():
            ops = ", ".join(f"``{op}``" for op in operations(PREFIX[name])) if name in PREFIX else ""
            lines += [f"   * - {number}", f"     - ``{name}``", f"     - {who}", f"     - {ops}"]
        node = nodes.Element()
        self.state.nested_parse(StringList(lines, source="doors.py"), self.content_offset, node)
        return node.children


def setup(app):
    app.add_directive("hypercalls", Hypercalls)
    return {"parallel_read_safe": True}
