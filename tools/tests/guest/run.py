#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Boots test kernels as dom0 in QEMU and reads their TAP.

    run.py --build DIR [--hv XEN] [NAME...]

Each directory with a main.c is a test; guest.h says what its first comment may ask for.  A kernel ends with
a plan and a verdict, and powers off: success and skip pass; failure and error do not, nor does a kernel that
never got there.
"""
import argparse
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))
import machine  # noqa: E402

DEFAULTS = {"mem": "512", "smp": "1", "dom0_mem": "128M", "timeout": "120", "iommu": "none"}


class Test:
    def __init__(self, source):
        head = source.read_text().split("*/", 2)[1]
        words = re.findall(r"^ \* +(machine|xen|linux): *(.*)$", head, re.M)
        self.name = source.parent.name
        self.machine = machine.parse(" ".join(v for k, v in words if k == "machine"))
        asked = {w.split("=")[0] for k, v in words if k == "machine" for w in v.split()}
        self.machine.update({k: v for k, v in DEFAULTS.items() if k not in asked})
        for key in ("xen", "linux"):
            self.machine[key] += " ".join(v for k, v in words if k == key)

    def command(self, xen, kernel, reference):
        # One module: the kernel; machine.command() wants two, the second being an initramfs.
        argv = machine.command(self.machine, xen, kernel, kernel, reference)
        argv[argv.index("-initrd") + 1] = f"{kernel} {self.machine['linux']}".strip()
        return argv


class Tap:
    """What a kernel has said so far."""

    def __init__(self):
        self.ok, self.bad, self.plan, self.verdict, self.why = 0, [], None, None, ""
        self.crash = None

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
        return "The machine is halted" in text

    def problems(self, end):
        found = list(self.bad)
        if self.crash:
            found.append(f"the hypervisor stopped: {self.crash}")
        if self.verdict is None:
            found.append(f"no verdict ({end})")
        elif end != "end":
            found.append(f"the machine did not power off ({end})")
        elif self.verdict not in ("success", "skip"):
            found.append(f"{self.verdict} {self.why}".strip())
        elif self.plan != self.ok + len(self.bad):
            found.append(f"{self.plan} checks planned, {self.ok + len(self.bad)} seen")
        return found


def run(test, args):
    log = args.build / "tests" / "guest" / f"{test.name}.log"
    kernel = args.build / "tests" / "guest" / f"{test.name}.elf"
    xen = args.hv or args.build / "xen" / "xen"
    tap = Tap()
    end = machine.run(test.command(xen, kernel, bool(args.hv)), log, int(test.machine["timeout"]), tap.line)
    problems = tap.problems(end)
    state = "FAIL" if problems else "skip" if tap.verdict == "skip" else "ok"
    print(f"{state:5} {test.name} ({tap.ok} checks){' ' + tap.why if tap.verdict == 'skip' else ''}", flush=True)
    for problem in problems:
        print(f"          {problem}")
    if problems:
        print(f"          see {log}")
    return not problems


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--hv", type=Path, help="another hypervisor than ours: the reference")
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    sources = [HERE / n / "main.c" for n in args.names] or sorted(HERE.glob("*/main.c"))
    results = [run(Test(source), args) for source in sources]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if results and all(results) else 1


sys.exit(main())
