#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs system tests: scenarios/NAME.sh inside dom0, under QEMU.

    run.py [--hv stake|reference] [NAME...]       (NAME, or NAME.MACHINE for one of its machines)

Lines at the top of a scenario describe it:
    # machine: mem=4096 nodes=2 ...   (machine.DEFAULTS has the words; several lines: one run for each)
    # hypervisor: any | stake | reference      (any: HV=reference runs it too)
A run passes when it reaches its end and each of its checks, at least one, was ok.  HV=reference boots
Debian's own Xen 4.17 under our toolstack: what both agree on is right for a reason that is not ours.
"""
import argparse
import os
import re
import shutil
import signal
import sys
import time
from pathlib import Path

import images
import machine

HERE = Path(__file__).resolve().parent
BANNER = re.compile(r"\(XEN\) (Stake, Xen interface|Xen version 4\.17)")
FATAL = re.compile(r"Panic on CPU|Kernel panic - not syncing|FATAL TRAP|Assertion .* failed|"
                   r"\(XEN\) (ASSERT|BUG)|The machine is halted")


class Scenario:
    def __init__(self, path):
        self.path, self.name = path, path.stem
        head = re.findall(r"^# (machine|hypervisor): *(.*)$", path.read_text(), re.M)
        self.machines = [machine.parse(v) for k, v in head if k == "machine"] or [machine.parse("")]
        for i, spec in enumerate(self.machines):
            label = spec["name"] or (str(i + 1) if len(self.machines) > 1 else "")
            spec["name"] = self.name + (f".{label}" if label else "")
        self.hypervisor = next((v.strip() for k, v in head if k == "hypervisor"), "any")

    def runs(self, hv, names):
        """Its machines, as far as they are asked for."""
        if self.hypervisor not in ("any", hv):
            return []
        return [m for m in self.machines if not names or self.name in names or m["name"] in names]


class Verdict:
    """Gathers the marks that dom0 prints and says how the run went."""

    def __init__(self, end=""):
        self.ok, self.bad, self.ended, self.fatal = 0, [], False, None
        self.end, self.starts = end, 0

    def line(self, text):
        self.starts += bool(BANNER.search(text))
        if self.starts == 2:
            return True
        mark = re.search(r"@@ (ok|not ok|end|note) ?(.*)", text)
        if mark and mark[1] == "ok":
            self.ok += 1
        elif mark and mark[1] == "not ok":
            self.bad.append(mark[2])
        elif mark and mark[1] == "end":
            self.ended = True
        elif mark:
            print(f"          {mark[2]}", flush=True)
        elif FATAL.search(text):
            self.fatal = text.strip()
            return True
        return False

    def problems(self, why):
        found = list(self.bad)
        if self.fatal:
            found.append(self.fatal)
        elif why == "timeout":
            found.append("did not end in time")
        elif not self.ended:
            found.append("the machine stopped before the scenario's end")
        elif self.end == "reboot" and self.starts != 2:
            found.append("the machine did not come up again")
        elif self.end == "poweroff" and why != "end":
            found.append("the machine did not power off")
        if not self.ok:
            found.append("no check was made")
        return found


def run_once(build, base, tools, scenario, spec, hv, xen):
    spec, label = dict(spec), spec["name"]
    if os.environ.get("LONG"):
        spec["linux"] += " test.long"
        spec["timeout"] = str(4 * int(spec["timeout"]))
    if spec["end"] == "reboot":
        spec["linux"] += " test.reboot"
    kernel = images.repacked(base, spec["payload"]) if spec["payload"] else base.kernel
    top = Path(build) / "system"
    work = top / "runs" / f"{label}-{hv}-{os.getpid()}"
    overlay = images.overlay(work / "root", work / "overlay.gz", {
        ".": HERE / "dom0", "test/scenario.sh": scenario.path, "boot/tiny": images.tiny_kernel(),
        "boot/balloon": Path(build) / "tests/guest/balloon.elf"})
    initrd = work / "initrd"
    initrd.write_bytes(base.dom0.read_bytes() + tools + overlay.read_bytes())
    log = top / "logs" / f"{label}-{hv}.log"
    argv = machine.command(spec, xen, kernel, initrd, hv == "reference", work)
    verdict, start = Verdict(spec["end"]), time.monotonic()
    why = machine.run(argv, log, int(spec["timeout"]), verdict.line)
    shutil.rmtree(work)
    problems = verdict.problems(why)
    seconds = time.monotonic() - start
    print(f"  {'FAIL' if problems else 'PASS'}    {label} ({verdict.ok} checks, {seconds:.0f} s)", flush=True)
    for text in problems:
        print(f"          {text}")
    if problems:
        print(f"          console: {log}", flush=True)
    return not problems


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # QEMU goes, too
    ap = argparse.ArgumentParser()
    ap.add_argument("--hv", default="stake", choices=["stake", "reference"])
    ap.add_argument("--build", default=str(images.ROOT / "build"))
    ap.add_argument("--xen", help="the hypervisor to boot instead of the built one")
    ap.add_argument("names", nargs="*")
    args = ap.parse_args()
    args.build = str(Path(args.build).resolve())
    known = {p.stem: Scenario(p) for p in sorted((HERE / "scenarios").glob("*.sh"))}
    runs = [(s, m) for s in known.values() for m in s.runs(args.hv, args.names)]
    for name in args.names:
        if not any(name in (s.name, m["name"]) for s in known.values() for m in s.machines):
            sys.exit(f"no scenario {name}; there are: {' '.join(known)}")
    with images.alone(args.build):
        base = images.base(args.build)
        tools = images.tools(args.build).read_bytes()
    (Path(args.build) / "system/logs").mkdir(exist_ok=True)
    xen = args.xen or (base.reference if args.hv == "reference" else Path(args.build) / "xen/xen")
    passed = failed = 0
    for scenario, spec in runs:
        if run_once(args.build, base, tools, scenario, spec, args.hv, xen):
            passed += 1
        else:
            failed += 1
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed or not passed else 0)


if __name__ == "__main__":
    main()
