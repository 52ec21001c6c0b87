#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Adds up what gcov counted: lines of the hypervisor's sources that ran, per folder (or file).

    coverage.py OUT XEN [--files]

OUT: where the objects lie, XEN: the sources.  The last line has the figure for xen/common and all of it.
"""
import argparse
import json
import subprocess
import tempfile
from collections import defaultdict
from pathlib import Path


def counted(out, sources):
    """Each source's lines with code: {path below xen/: {line: times it ran}}."""
    notes = sorted(out.glob("xen/**/*.gcno"))
    with tempfile.TemporaryDirectory() as scratch:
        said = subprocess.run(["gcov", "--json-format", "--stdout", *map(str, notes)], cwd=scratch,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout
    lines = defaultdict(lambda: defaultdict(int))
    for document in said.splitlines():
        report = json.loads(document)
        for file in report["files"]:
            path = (Path(report["current_working_directory"]) / file["file"]).resolve()
            if path.suffix != ".c" or sources not in path.parents:
                continue
            for line in file["lines"]:
                lines[path.relative_to(sources)][line["line_number"]] += line["count"]
    return lines


def figures(lines, key):
    """{key of the path: (lines that ran, lines)}."""
    sums = defaultdict(lambda: [0, 0])
    for path, counts in lines.items():
        entry = sums[key(path)]
        entry[0] += sum(1 for n in counts.values() if n)
        entry[1] += len(counts)
    return sums


def percent(ran, count):
    return f"{100 * ran / count:.1f} %"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=Path)
    parser.add_argument("xen", type=Path)
    parser.add_argument("--files", action="store_true")
    args = parser.parse_args()
    lines = counted(args.out, args.xen.resolve())
    for name, (ran, count) in sorted(figures(lines, str if args.files else lambda p: str(p.parent)).items()):
        print(f"  xen/{name:<28} {ran:6} of {count:6} lines  {percent(ran, count):>8}")
    parts = figures(lines, lambda p: p.parts[0])
    whole = [sum(column) for column in zip(*parts.values())]
    print(f"coverage: xen/common {percent(*parts['common'])} of {parts['common'][1]} lines, "
          f"all of xen/ {percent(*whole)} of {whole[1]}")


main()
