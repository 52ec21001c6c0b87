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
from counting import DETERMINISTIC, boot, counted_boot, row  # noqa: E402

# The reference's figures (4 GiB, 2 nodes, dom0 512 MiB, one CPU): millions of instructions, and VM entries.
REFERENCE_BOOT = {"all": 8029, "hypervisor": 5810, "entries": 237_000}
REFERENCE_MEMORY = 48 * 1024
REFERENCE_IMAGE = 2_560_000

INIT = """#!/bin/busybox sh
/bin/busybox echo USER-SPACE
/bin/busybox poweroff -f
"""


# A host with room for large claims, of whose memory nothing is touched.
LARGE = "-object memory-backend-ram,id=ram,size=64G,reserve=off -machine memory-backend=ram"
CALLS = {"calls": f"mem=512 qemu='{DETERMINISTIC}'",
         "claims": f"mem=65536 linux=claims xen=bootscrub=no qemu='{DETERMINISTIC} {LARGE}'"}


def call_figures(args, which, xen, reference):
    log = args.out / f"{which}{'-reference' if reference else ''}.log"
    words = f"smp=1 dom0_mem=128M iommu=none {CALLS[which]}"
    lines = boot(words, xen, args.kernel, args.kernel, reference, log, 300, "# verdict")
    found = [re.match(r"# (.*): (\d+)$", line) for line in lines]
    return {m[1]: int(m[2]) for m in found if m}


def show_calls(args, which, title, reference):
    ours, theirs = call_figures(args, which, args.xen, False), call_figures(args, which, reference, True)
    print(f"\n  {title:<44}{'ours':>14}{'reference':>14}")
    for name, figure in ours.items():
        row(name, figure, theirs.get(name))


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
    lines, counts = counted_boot(args, "smp=1 mem=4096 nodes=2 dom0_mem=512M iommu=none", kernel,
                                 small_initramfs(args), "dom0", 1200)
    if not any("USER-SPACE" in line for line in lines):
        sys.exit(f"bench: dom0 did not get to user space, see {args.out}/dom0.log")
    used = next((m[1] for m in (re.search(r"hypervisor.* uses (\d+) KiB", x) for x in lines) if m), None)
    return counts[-1], used


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--no-dom0", action="store_true", help="leave out what takes minutes")
    args = parser.parse_args()
    args.out = args.build / "tests/bench"
    args.kernel = args.out / "calls.elf"
    args.xen, args.xen_syms = args.build / "xen/xen", args.build / "xen/xen-syms"

    system = images.base(args.build)
    show_calls(args, "calls", "Instructions for one call (in QEMU)", system.reference)
    show_calls(args, "claims", "For a claim, on a host of 64 GiB", system.reference)
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
