#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Figures of the whole hypervisor, inside QEMU: instructions, not seconds, so that they are the same every time.

    in_qemu.py --build DIR [--no-dom0]

First what single calls cost, with the reference beside it (Debian's Xen 4.17, the same kernel as its dom0); then what
it takes from reset to dom0's user space with Debian's kernel, and of that by the hypervisor; then sizes.
"""
import argparse
import gzip
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))
import images  # noqa: E402
import machine  # noqa: E402

COUNTING = "-icount shift=0,sleep=off -seed 1 -rtc base=2026-01-01T00:00:00,clock=vm"

# The reference's figures (4 GiB, 2 nodes, dom0 512 MiB, one CPU): millions of instructions, and VM entries.
REFERENCE_BOOT = {"all": 8029, "hypervisor": 5810, "entries": 237_000}
REFERENCE_MEMORY = 48 * 1024
REFERENCE_IMAGE = 2_560_000

INIT = """#!/bin/busybox sh
/bin/busybox echo USER-SPACE
/bin/busybox poweroff -f
"""


def boot(words, xen, kernel, initrd, reference, log, seconds, last=None):
    """Boots once, to the machine's end or to a line that begins with `last`; the lines of the console."""
    lines = []

    def keep(line):
        lines.append(line)
        return last is not None and line.startswith(last)

    asked = machine.parse(words)
    argv = machine.command(asked, xen, kernel, initrd, reference)
    if initrd is kernel:        # a kernel of ours has no initramfs
        argv[argv.index("-initrd") + 1] = str(kernel)
    if machine.run(argv, log, seconds, keep) == "timeout":
        sys.exit(f"bench: no end within {seconds} s, see {log}")
    return lines


def call_figures(args, xen, reference):
    log = args.out / ("calls-reference.log" if reference else "calls.log")
    words = f"smp=1 mem=512 dom0_mem=128M iommu=none qemu='{COUNTING}'"
    lines = boot(words, xen, args.kernel, args.kernel, reference, log, 300, "# verdict")
    found = [re.match(r"# (.*): (\d+)$", line) for line in lines]
    return {m[1]: int(m[2]) for m in found if m}


def row(name, ours, theirs, unit=""):
    beside = f"{theirs:>14,}" if theirs is not None else f"{'-':>14}"
    print(f"  {name:<44}{ours:>14,}{beside} {unit}", flush=True)


def symbols(path):
    out = subprocess.run(["nm", path], capture_output=True, text=True, check=True).stdout
    return {name: address for address, _, name in (line.split() for line in out.splitlines())}


def vmrun_address(xen_syms, at):
    """That of the instruction itself, within the function that enters guests."""
    out = subprocess.run(["objdump", "-d", xen_syms, f"--start-address=0x{at['svm_vmrun']}"],
                         capture_output=True, text=True, check=True).stdout
    return re.search(r"^\s*([0-9a-f]+):.*\bvmrun\b", out, re.M)[1]


def small_initramfs(args):
    root = args.out / "root"
    for name in ("bin", "dev"):
        (root / name).mkdir(parents=True, exist_ok=True)
    (root / "bin/busybox").write_bytes(Path("/bin/busybox").read_bytes())
    (root / "init").write_text(INIT)
    for name in ("bin/busybox", "init"):
        (root / name).chmod(0o755)
    archive = subprocess.run("find . | sort | cpio -o -H newc --quiet -R 0:0", shell=True, cwd=root,
                             capture_output=True, check=True).stdout
    target = args.out / "initramfs.gz"
    target.write_bytes(gzip.compress(archive, mtime=0))
    return target


def dom0_figures(args, kernel):
    """All instructions, the hypervisor's own, VM entries; and the line that says what memory it uses."""
    at = symbols(args.xen_syms)
    counted = args.out / "counted"
    plugin = (f"-plugin {args.out}/count.so,out={counted},first={at['__image_start']},last={at['__image_end']},"
              f"entry={vmrun_address(args.xen_syms, at)}")
    words = f"smp=1 mem=4096 nodes=2 dom0_mem=512M iommu=none linux='nokaslr' qemu='{COUNTING} {plugin}'"
    lines = boot(words, args.xen, kernel, small_initramfs(args), False, args.out / "dom0.log", 1200)
    if not any("USER-SPACE" in line for line in lines):
        sys.exit(f"bench: dom0 did not get to user space, see {args.out}/dom0.log")
    used = next((m[1] for m in (re.search(r"hypervisor.* uses (\d+) KiB", x) for x in lines) if m), None)
    return [int(x) for x in counted.read_text().split()], used


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--no-dom0", action="store_true", help="leave out what takes minutes")
    args = parser.parse_args()
    args.out = args.build / "tests/bench"
    args.kernel = args.out / "calls.elf"
    args.xen, args.xen_syms = args.build / "xen/xen", args.build / "xen/xen-syms"

    system = images.base(args.build)
    ours, theirs = call_figures(args, args.xen, False), call_figures(args, system.reference, True)
    print(f"\n  {'Instructions for one call (in QEMU)':<44}{'ours':>14}{'reference':>14}")
    for name, figure in ours.items():
        row(name, figure, theirs.get(name))
    print(f"\n  {'Sizes':<44}{'ours':>14}{'reference':>14}")
    row("image as loaded", args.xen.stat().st_size, REFERENCE_IMAGE, "bytes")
    if args.no_dom0:
        return
    (everything, own, entries), used = dom0_figures(args, system.kernel)
    if used:
        row("memory beside dom0, host of 4 GiB", int(used), REFERENCE_MEMORY, "KiB")
    print(f"\n  {'Reset to the user space of dom0':<44}{'ours':>14}{'reference':>14}")
    row("instructions in all", everything // 1_000_000, REFERENCE_BOOT["all"], "million")
    row("of them the hypervisor's", own // 1_000_000, REFERENCE_BOOT["hypervisor"], "million")
    row("VM entries", entries, REFERENCE_BOOT["entries"])


if __name__ == "__main__":
    main()
