#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Runs bench_heap under callgrind and prints instructions per operation beside the reference's.

The reference is upstream Xen's allocator in the same kind of harness: 2 nodes, 16 GiB, -O2, no assertions.

Instructions are the same in every run, so a goal that is met stays met unless the code (or the compiler) changes: a row
above its goal is a failure, and so is the exit status.  The exceptions are in KNOWN, each with the reason and with the
figure it may not exceed; a row that has come to meet its goal after all has to leave that table.  Times are printed for
the reader alone: they depend on the machine and on what else it does.
"""
import glob
import os
import re
import subprocess
import sys
import tempfile

# name of the dump, what it is, how many times it ran, the reference, what ours shall reach
ROWS = [
    ("order-0 warm", "order-0 alloc + free, warm", 100, 977, 400),
    ("order-0 pristine", "order-0 alloc + free, pristine heap", 20, 3189, 1200),
    ("order-9", "order-9 alloc + free", 20, 60764, 20000),
    ("order-18", "order-18 alloc + free", 2, None, None),
    ("populate order-0", "populate 1 GiB by order 0", 1, 192_000_000, 80_000_000),
    ("populate order-9", "populate 1 GiB by order 9", 1, 14_200_000, 5_000_000),
    ("relinquish order-9", "free 1 GiB of a domain populated by order 9", 1, 98_900_000, 5_000_000),
    ("relinquish order-0", "free 1 GiB of a domain populated by order 0", 1, None, None),
    ("own claim", "own claim on an allocation", 1, 12, 12),
    ("own claim on node", "the same, claimed on the page's node", 1, None, None),
    ("claim 1 page", "claim + release, 1 page", 20, 99, 99),
    ("claim 1 GiB", "claim + release, 1 GiB", 20, 99, 99),
    ("claim 1 TiB", "claim + release, 1 TiB", 20, 99, 99),
    ("claim a node", "claim + release on one of 8 nodes", 20, None, None),
    ("claim 8 nodes", "claim over all of 8 nodes + release", 1, 816, 400),
    ("refused 1 node", "order-9 refused, 1 fragmented node", 20, None, None),
    ("refused 2 nodes", "order-9 refused, 2 fragmented nodes", 20, None, None),
    ("refused 4 nodes", "order-9 refused, 4 fragmented nodes", 20, None, None),
    ("refused 8 nodes", "order-9 refused, 8 fragmented nodes", 20, 18205, 1000),
    ("read-out", "free + claimed read-out, 8 nodes", 20, 1470, 60),
    ("read-out by node", "the same with every node's figures", 20, None, None),
    ("offline", "offline one page, 32 GiB fragmented", 1, 18_400_000, 3000),
]

# rows that miss their goal: the figure they may not exceed instead, and why
KNOWN = {}


def measure(program):
    """Dump name -> instructions."""
    with tempfile.TemporaryDirectory() as out:
        subprocess.run(
            ["valgrind", "-q", "--tool=callgrind", "--instr-atstart=no",
             f"--callgrind-out-file={out}/dump", program], check=True)
        counts = {}
        for path in glob.glob(f"{out}/dump*"):
            with open(path) as dump:
                text = dump.read()
            name = re.search(r"desc: Trigger: Client Request: (.*)", text)
            total = re.search(r"^(?:totals|summary): (\d+)", text, re.M)
            if name and total:
                counts[name.group(1)] = int(total.group(1))
        return counts


def figure(n):
    return "-" if n is None else f"{n:,}"


def judge(name, count, goal):
    """Whether all is well with a row, and what to say of it."""
    if goal is None:
        return True, ""
    most, why = KNOWN.get(name, (goal, None))
    if count > most:
        return False, f"   FAILED: {100 * (count - most) // most} % above {most:,}"
    if count > goal:
        return True, f"   missed by {100 * (count - goal) // goal} %, see below"
    return why is None, "   FAILED: met, and still in the table of exceptions" if why else ""


def print_times(program):
    threads = subprocess.run([program, "threads"], check=True, capture_output=True, text=True).stdout
    for line in threads.splitlines():
        label, ns = line.rsplit(" ", 1)
        print(f"{'order-0 alloc + free, ' + label + ', ns':44} {'-':>12} {'-':>12} {ns:>12}")


def main():
    program = sys.argv[1]
    counts = measure(program)
    per = {name: counts[name] // times for name, _, times, _, _ in ROWS if name in counts}
    for where in ("", " on node"):
        per["own claim" + where] = counts["order-0 warm claimed" + where] // 100 - per["order-0 warm"]

    print(f"{'instructions':44} {'reference':>12} {'at most':>12} {'ours':>12}")
    missed = failed = 0
    for name, label, _, reference, goal in ROWS:
        is_well, remark = judge(name, per[name], goal)
        failed += not is_well
        missed += goal is not None and per[name] > goal
        print(f"{label:44} {figure(reference):>12} {figure(goal):>12} {per[name]:>12,}{remark}")
    print_times(program)
    for name, label, *_ in ROWS:
        if name in KNOWN:
            print(f"{label}: {KNOWN[name][1]}")
    print(f"{sum(row[4] is not None for row in ROWS) - missed} met, {missed} missed")
    sys.exit(failed > 0)


main()
