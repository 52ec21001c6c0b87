#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Boots test kernels as dom0 in QEMU and reads their TAP.

    run.py --build DIR [--hv XEN] [NAME...]

Each directory with a main.c is a test; guest.h says what its first comment may ask for.  The rows of matrix.py are
tests as well: of booting; and `rows` looks whether every door's operations are named by a test.  A kernel ends with a
plan and a verdict, and powers off: success and skip pass; failure and error do not, nor does a kernel that never got
there.
"""
import argparse
import os
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))
import machine  # noqa: E402
import matrix  # noqa: E402
import rows  # noqa: E402

DEFAULTS = {"mem": "512", "smp": "1", "dom0_mem": "128M", "timeout": "120", "iommu": "none"}


class Test:
    def __init__(self, source):
        head = source.read_text().split("*/", 2)[1]
        words = re.findall(r"^ \* +(machine|xen|linux|module): *(.*)$", head, re.M)
        self.name = source.parent.name
        self.machine = machine.parse(" ".join(v for k, v in words if k == "machine"))
        asked = {w.split("=")[0] for k, v in words if k == "machine" for w in v.split()}
        self.machine.update({k: v for k, v in DEFAULTS.items() if k not in asked})
        for key in ("xen", "linux"):
            self.machine[key] += " ".join(v for k, v in words if k == key)
        self.module = next((v for k, v in words if k == "module"), None)
        if os.environ.get("LONG"):
            self.machine["linux"] += " test.long"
            self.machine["timeout"] = str(20 * int(self.machine["timeout"]))

    def command(self, xen, kernel, reference):
        # Modules: the kernel, and that of a domain if there is to be one; machine.command() wants an initramfs there.
        argv = machine.command(self.machine, xen, kernel, kernel, reference)
        modules = f"{kernel} {self.machine['linux']}".strip()
        if self.module:
            modules += f",{kernel.with_name(self.module + '.elf')}"
        argv[argv.index("-initrd") + 1] = modules
        return argv


class Tap:
    """What a kernel has said so far."""

    def __init__(self):
        self.ok, self.bad, self.plan, self.verdict, self.why = 0, [], None, None, ""
        self.crash, self.end = None, "end"

    def line(self, text):
        if match := re.match(r"(not )?ok \d+ - (.*)", text):
            if match[1]:
                self.bad.append(match[2])
            else:
                self.ok += 1
        elif match := re.match(r"1\.\.(\d+)$", text):
            self.plan = int(match[1])
        elif match := re.match(r"# verdict: (\w+)(?:: (.*))?$", text):
            self.verdict, self.why = match[1], match[2] or ""
        elif match := re.search(r"(Panic on CPU|Exception \d+ \(|(?:BUG|ASSERT).* at ).*", text):
            self.crash = match[0]
        if "Hardware Dom0 halted" in text:  # the reference stops there
            self.end = "stopped"
            return True
        return "The machine is halted" in text

    def problems(self, end):
        found = list(self.bad)
        if self.crash:
            found.append(f"the hypervisor stopped: {self.crash}")
        if self.verdict is None:
            found.append(f"no verdict ({end})")
        elif end != self.end:
            found.append(f"the machine did not power off ({end})")
        elif self.verdict not in ("success", "skip"):
            found.append(f"{self.verdict} {self.why}".strip())
        elif self.plan != self.ok + len(self.bad):
            found.append(f"{self.plan} checks planned, {self.ok + len(self.bad)} seen")
        return found


def report(name, log, problems, state, remark):
    print(f"{'FAIL' if problems else state:5} {name} ({remark})", flush=True)
    for problem in problems:
        print(f"          {problem}")
    if problems:
        print(f"          see {log}")
    return not problems


def run(test, args):
    log = args.build / "tests" / "guest" / f"{test.name}.log"
    kernel = args.build / "tests" / "guest" / f"{test.name}.elf"
    xen = args.hv or args.build / "xen" / "xen"
    tap = Tap()
    end = machine.run(test.command(xen, kernel, bool(args.hv)), log, int(test.machine["timeout"]), tap.line)
    problems = tap.problems(end)
    remark = tap.why if tap.verdict == "skip" else f"{tap.ok} checks"
    return report(test.name, log, problems, "skip" if tap.verdict == "skip" else "ok", remark)


class Boot(Tap):
    """A row of the matrix: hello's TAP, or an orderly stop; and what is said on the way."""

    def __init__(self, row):
        super().__init__()
        self.row, self.wanted = row, list(row.says)
        self.starts, self.restarts = 0, 0
        self.end = "stopped" if row.halts or row.restarts else "end"

    def line(self, text):
        if self.wanted and re.search(self.wanted[0], text):
            self.wanted.pop(0)
        self.starts += bool(re.search(matrix.BANNER, text))
        self.restarts += "Restarting by" in text
        return super().line(text) or self.starts == 2

    def problems(self, end):
        found = [f"not said: {w}" for w in self.wanted]
        if self.row.restarts and (self.starts, self.restarts) != (2, 1):
            found.append(f"{self.starts} starts by {self.restarts} tries, not 2 by one")
        if not self.row.stops:
            return super().problems(end) + found
        if end != "stopped":
            found.append(f"the machine did not halt ({end})")
        return found


def run_row(row, args):
    boot = Boot(row)
    log = args.build / "tests" / "guest" / f"{row.name}.log"
    end = machine.run(matrix.command(row, args.build), log, 120, boot.line)
    return report(row.name, log, boot.problems(end), "ok", "halted" if row.stops else f"{boot.ok} checks")


def run_rows():
    """No machine: see rows.py."""
    count, problems = rows.check()
    return report("rows", rows.__file__, problems, "ok", f"{count} operations")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--hv", type=Path, help="another hypervisor than ours: the reference")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    tests = {s.parent.name: lambda s=s: run(Test(s), args) for s in sorted(HERE.glob("*/main.c"))}
    if not args.hv:
        tests["rows"] = run_rows
        tests.update({row.name: lambda row=row: run_row(row, args) for row in matrix.ROWS})
    results = [tests[n]() for n in args.names or tests]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if results and all(results) else 1


sys.exit(main())
