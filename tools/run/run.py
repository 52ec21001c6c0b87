#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""`make run`: boots the hypervisor with Debian's Linux as dom0 in QEMU and shows what it is for.

The machine has two NUMA nodes; show.sh runs in dom0.  With a terminal, a shell in dom0 follows (exit powers
off); without one the machine powers off by itself.  The console is kept in build/run/console.log.
"""
import argparse
import os
import subprocess
import sys
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent
SYSTEM = HERE.parent / "tests/system"
sys.path.insert(0, str(SYSTEM))

import emulator  # noqa: E402
import images  # noqa: E402
import machine  # noqa: E402

MACHINE = "mem=4096 smp=2 nodes=2 dom0_mem=512M"
HUNG_AFTER = 900  # seconds; only to end a run that would never end


def kvm_usable():
    """An openable /dev/kvm is not enough: guests of the hypervisor need nested SVM in it."""
    try:
        nested = Path("/sys/module/kvm_amd/parameters/nested").read_text().strip()
        os.close(os.open("/dev/kvm", os.O_RDWR))
    except OSError:
        return False
    return nested in ("1", "Y") and " svm " in Path("/proc/cpuinfo").read_text()


def command(build, base, initrd, log, interactive):
    spec = machine.parse(MACHINE)
    spec["linux"] = "show=shell" if interactive else "show=only"
    argv = machine.command(spec, build / "xen/xen", base.kernel, initrd, False)
    at = argv.index("-serial")
    argv[at:at + 2] = ["-chardev", f"stdio,id=console,signal=off,logfile={log}", "-serial", "chardev:console"]
    if kvm_usable():
        argv[argv.index("-accel") + 1] = "kvm"
        argv[argv.index("-cpu") + 1] = "host"
        print("  run     with KVM: this host nests SVM", flush=True)
    else:
        print("  run     with TCG (software emulation): no nested SVM through /dev/kvm here", flush=True)
    return argv


def boot(argv, interactive):
    qemu = subprocess.Popen(argv, stdin=None if interactive else subprocess.DEVNULL, env=emulator.environment())
    alarm = threading.Timer(HUNG_AFTER, qemu.kill)
    if not interactive:
        alarm.start()
    try:
        return qemu.wait()
    finally:
        alarm.cancel()
        qemu.kill()


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--build", default=str(images.ROOT / "build"))
    build = Path(ap.parse_args().build).resolve()
    interactive = sys.stdin.isatty() and sys.stdout.isatty()
    work = build / "run"
    work.mkdir(parents=True, exist_ok=True)
    log, initrd = work / "console.log", work / "initrd"
    base = images.base(build)
    tools = images.tools(build)
    overlay = images.overlay(work / "overlay", work / "overlay.gz",
                             {".": SYSTEM / "dom0", "test/scenario.sh": HERE / "show.sh"})
    initrd.write_bytes(base.dom0.read_bytes() + tools.read_bytes() + overlay.read_bytes())
    log.unlink(missing_ok=True)
    status = boot(command(build, base, initrd, log, interactive), interactive)
    text = log.read_text(errors="replace") if log.exists() else ""
    shown = "@@ end" in text and "@@ not ok" not in text
    if status or not shown:
        print("\n".join(text.splitlines()[-20:]))
        print(f"  run     FAILED (QEMU's status {status}); the whole console: {log}")
        return 1
    print(f"  run     done; the console is kept in {log}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
