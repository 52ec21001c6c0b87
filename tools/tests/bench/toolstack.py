#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What xl costs, inside QEMU: instructions in all (dom0's kernel, its daemons and xl included) and the hypervisor's own.

    toolstack.py --build DIR

The reference's figures are those of Debian's Xen 4.17 with its own xl, taken in the same way on the same machine:
4 GiB in two nodes, dom0 512 MiB, one CPU, Debian's kernel and daemons, guests with nothing to load.  The goal is half
of the reference, for destroying a tenth; a row above it is a failure.
"""
import argparse
import re
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))
import images  # noqa: E402
from counting import counted_boot  # noqa: E402

MACHINE = "smp=1 mem=4096 nodes=2 dom0_mem=512M"

# Millions of instructions: in all, of them the hypervisor's.
REFERENCE = {
    "xl info": (23, 12),
    "xl list": (25, 12),
    "xl create -p, 256 MiB": (151, 102),
    "xl create -p, 1024 MiB": (168, 123),
    "xl create -p, 2000 MiB": (218, 171),
    "xl destroy, 256 MiB": (115, 91),
    "xl destroy, 1024 MiB": (278, 254),
    "xl destroy, 2000 MiB": (489, 465),
    "failing create, 4000 MiB, claimed": (78, 50),
    "failing create, 4000 MiB, not claimed": (1007, 974),
}
SIZES = (512, 1024, 2048)


def initramfs(args, base):
    """dom0 as the system tests have it, with this measurement as its scenario."""
    tools = images.tools(args.build).read_bytes()
    overlay = images.overlay(args.out / "toolstack", args.out / "toolstack.gz", {
        ".": HERE.parent / "system/dom0", "test/scenario.sh": HERE / "toolstack.sh",
        "boot/tiny": images.tiny_kernel(), "usr/local/sbin/mark": args.out / "mark"})
    whole = args.out / "toolstack.initrd"
    whole.write_bytes(base.dom0.read_bytes() + tools + overlay.read_bytes())
    return whole


def measure(args):
    """What each row of toolstack.sh cost: its name, (all, hypervisor, entries).  "after NAME": until the next row."""
    base = images.base(args.build)
    lines, counts = counted_boot(args, MACHINE, base.kernel, initramfs(args, base), "toolstack", 3600)
    names = [m[1] for m in (re.match(r"@@ row (.*)", line) for line in lines) if m]
    if not names or len(counts) != 2 * len(names) + 1:
        sys.exit(f"bench: {len(names)} rows and {len(counts)} marks, see {args.out}/toolstack.log")
    spans = [[after - before for before, after in zip(*pair)] for pair in zip(counts, counts[1:])]
    labels = [label for name in names for label in (name, f"after {name}")]
    return dict(zip(labels, spans))


def show(figures):
    """The rows beside the reference; how many figures are above their goal."""
    missed = 0
    print(f"\n  {'Millions of instructions':<40}{'in all':^26}  {'the hypervisor':^26}")
    print(f"  {'':<40}" + f"{'reference':>9}{'goal':>8}{'ours':>9} " * 2)
    for name, theirs in REFERENCE.items():
        goals = [their / (10 if "destroy" in name else 2) for their in theirs]
        ours = [figure / 1e6 for figure in figures[name][:2]]
        cells = [f"{t:>9}{g:>8.1f}{o:>9.1f} " for t, g, o in zip(theirs, goals, ours)]
        late = sum(o > g for o, g in zip(ours, goals))
        missed += late
        print(f"  {name:<40}{''.join(cells)}{'   missed' if late else ''}")
    later = figures["after xl destroy, 2000 MiB"][1] / 1e6
    print(f"  {'2000 MiB scrubbed later, by an idle CPU':<40}{'':>27}{later:>26.1f}")
    nothing = [figure / 1e6 for figure in figures["nothing"][:2]]
    print(f"  {'nothing (what measuring costs)':<40}{nothing[0]:>26.1f}{nothing[1]:>27.1f}")
    return missed


def show_refusals(figures):
    """A guest for which 64 MiB are missing: refused by its claim, or failing without one."""
    print(f"\n  {'A guest that does not fit, in all':<40}{'claimed':>10}{'not claimed':>14}")
    for mib in SIZES:
        claimed, plain = (figures[f"refused {mib}, {how}"][0] for how in ("claimed", "not claimed"))
        print(f"  {f'{mib} MiB':<40}{claimed / 1e6:>10.1f}{plain / 1e6:>14.1f}")
    slopes = [(figures[f"refused {SIZES[-1]}, {how}"][0] - figures[f"refused {SIZES[0]}, {how}"][0]) /
              (SIZES[-1] - SIZES[0]) for how in ("claimed", "not claimed")]
    print(f"  {'more for each MiB, instructions':<40}{slopes[0]:>10,.0f}{slopes[1]:>14,.0f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    args = parser.parse_args()
    args.out = args.build / "tests/bench"
    args.xen, args.xen_syms = args.build / "xen/xen", args.build / "xen/xen-syms"
    figures = measure(args)
    missed = show(figures)
    show_refusals(figures)
    if missed:
        sys.exit(f"bench: {missed} figures of xl are above their goal")


if __name__ == "__main__":
    main()
