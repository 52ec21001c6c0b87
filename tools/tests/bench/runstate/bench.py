#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What runstates cost: a change of a vCPU's state, on the host; a context switch with and without the account, in QEMU.

    bench.py --build DIR

Instructions both times, so that the figures are the same on every run.  Ends with an error if a change costs more for
128 vCPUs than for one.
"""
import argparse
import glob
import re
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


def switch_figures(xen, kernel, log):
    """Name -> instructions, as the kernel `switches` remarks them."""
    found = {}

    def keep(line):
        if match := re.match(r"# (.*): (\d+)$", line):
            found[match[1]] = int(match[2])
        return line.startswith("# verdict")

    words = machine.parse("smp=1 mem=512 dom0_mem=128M dom0_max_vcpus=1 iommu=none icount=0")
    argv = machine.command(words, xen, kernel, kernel, False)
    argv[argv.index("-initrd") + 1] = str(kernel)       # which has no initramfs
    if machine.run(argv, log, 300, keep) == "timeout" or not found:
        sys.exit(f"bench: no figures, see {log}")
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    out = parser.parse_args().build / "tests/bench"
    changes = change_figures(out / "changes")
    ns = subprocess.run([out / "changes", "time"], check=True, capture_output=True, text=True).stdout.strip()
    print(f"  {'nanoseconds on this processor':<44}{ns:>14}")

    ours = switch_figures(out / "with/xen/xen", out / "switches.elf", out / "switches.log")
    bare = switch_figures(out / "without/xen/xen", out / "switches.elf", out / "switches-without.log")
    print(f"\n  {'Instructions from guest to guest (in QEMU)':<44}{'ours':>14}{'no account':>14}{'more':>8}")
    for name, figure in ours.items():
        print(f"  {name:<44}{figure:>14,}{bare[name]:>14,}{100 * (figure - bare[name]) / bare[name]:>6.1f} %")

    if max(changes) > min(changes) * (1 + SPREAD):
        sys.exit("bench: a change does not cost the same for every domain")


main()
