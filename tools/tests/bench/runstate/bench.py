#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What runstates cost: a change of a vCPU's state, on the host; a context switch with and without the account, in QEMU.

    bench.py --build DIR [--pairs N]

Instructions are the same on every run.  They tell little of a switch, though: entering and leaving a guest is one
instruction each.  So the switch is timed as well, by the host's clock; that depends on what else the host does, which is
met in three ways.  The kernel times short blocks, and the fastest tenth of them bounds the figure of a run; the two
hypervisors run in turns, in pairs; and what is told is the median of the pairs, with the range in which it lies.

Ends with an error if a change costs more for 128 vCPUs than for one.
"""
import argparse
import glob
import math
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "system"))
import machine  # noqa: E402

CHANGES = 1000
SIZES = (1, 8, 64, 128)
SPREAD = 0.05       # what the cost of a change may differ between domains
GOAL = 2.0          # per cent of a switch and an exit


def callgrind(program):
    """Dump name -> instructions."""
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(["valgrind", "-q", "--tool=callgrind", "--instr-atstart=no",
                        f"--callgrind-out-file={out}/dump", program], check=True)
        texts = [Path(path).read_text() for path in glob.glob(f"{out}/dump*")]
    found = [(re.search(r"desc: Trigger: Client Request: (.*)", t), re.search(r"^(?:totals|summary): (\d+)", t, re.M))
             for t in texts]
    return {name[1]: int(total[1]) for name, total in found if name and total}


def change_figures(program):
    """For each size: instructions of a change, and of one that walks all vCPUs."""
    counts = callgrind(program)
    rows = []
    print(f"\n  {'Instructions for a change of one vCPU':<44}{'ours':>14}{'by walking':>14}")
    for n in SIZES:
        ours, walk = ((counts[f"{what} {n}"] - counts[f"nothing {n}"]) / CHANGES for what in ("change", "walk"))
        print(f"  {f'in a domain of {n} vCPUs':<44}{ours:>14.0f}{walk:>14.0f}")
        rows.append(ours)
    return rows


def switch_figures(xen, kernel, log, words, command_line):
    """Name -> figure, as the kernel `switches` remarks them."""
    found = {}

    def keep(line):
        if match := re.match(r"# (.*): (\d+)$", line):
            found[match[1]] = int(match[2])
        return line.startswith("# verdict")

    words = machine.parse(f"smp=1 mem=512 dom0_mem=128M dom0_max_vcpus=1 iommu=none {words}")
    argv = machine.command(words, xen, kernel, kernel, False)
    argv[argv.index("-initrd") + 1] = f"{kernel} {command_line}"       # which has no initramfs
    if machine.run(argv, log, 300, keep) == "timeout" or not found:
        sys.exit(f"bench: no figures, see {log}")
    return found


def time_pairs(out, count):
    """For each pair, with and without the account: ns of a switch.  Each comes first as often as the other."""
    pairs = []
    for i in range(count):
        pair = {}
        for name in ("with", "without")[::-1 if i % 2 else 1]:
            found = switch_figures(out / name / "xen/xen", out / "switches.elf", out / f"switches-time-{name}.log", "",
                                   "time")
            pair[name], = found.values()
        pairs.append((pair["with"], pair["without"]))
    return pairs


def median_range(values):
    """Median, and the values between which that of all pairs there could be lies, 95 times in 100 or more."""
    values, n = sorted(values), len(values)
    rank, below = 0, 1          # below: of the 2^n ways, those where fewer than rank + 1 values are on one side
    while 2 * (below + math.comb(n, rank + 1)) <= 0.05 * 2 ** n:
        rank += 1
        below += math.comb(n, rank)
    return statistics.median(values), values[rank], values[-1 - rank]


def verdict(low, high):
    if high <= GOAL:
        return "met"
    return f"MISSED by {low - GOAL:.1f} at least" if low > GOAL else "not to be told apart from it here and now"


def show_time(pairs):
    shares = [100 * (ours - bare) / bare for ours, bare in pairs]
    middle, low, high = median_range(shares)
    ours, bare = (statistics.median(column) for column in zip(*pairs))
    print(f"\n  {'Nanoseconds of the same (QEMU, emulating)':<44}{'ours':>14}{'no account':>14}{'more':>8}")
    print(f"  {f'median of {len(pairs)} pairs':<44}{ours:>14,.0f}{bare:>14,.0f}{middle:>6.1f} %")
    print(f"  it lies between {low:.1f} and {high:.1f} %; the pairs, between {min(shares):.1f} and {max(shares):.1f} %")
    print(f"  goal, {GOAL:.0f} % of a switch and an exit: {verdict(low, high)}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--pairs", type=int, default=21)
    args = parser.parse_args()
    out = args.build / "tests/bench"
    changes = change_figures(out / "changes")
    ns = subprocess.run([out / "changes", "time"], check=True, capture_output=True, text=True).stdout.strip()
    print(f"  {'nanoseconds on this processor':<44}{ns:>14}")

    ours, bare = (switch_figures(out / name / "xen/xen", out / "switches.elf", out / f"switches-{name}.log", "icount=0", "")
                  for name in ("with", "without"))
    print(f"\n  {'Instructions from guest to guest (in QEMU)':<44}{'ours':>14}{'no account':>14}{'more':>8}")
    for name, figure in ours.items():
        print(f"  {name:<44}{figure:>14,}{bare[name]:>14,}{100 * (figure - bare[name]) / bare[name]:>6.1f} %")
    show_time(time_pairs(out, args.pairs))

    if max(changes) > min(changes) * (1 + SPREAD):
        sys.exit("bench: a change does not cost the same for every domain")


if __name__ == "__main__":
    main()
