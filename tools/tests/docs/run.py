#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tests of the documentation: whatever it shows, names or quotes is compared with the tree.

    run.py [--build DIRECTORY] [NAME...]

Each module of CHECKS has check(build), which yields (what, problem): no problem is a pass.  A check that cannot be
made on this host raises Skip with the reason; that is said, and counts as neither.
"""
import argparse
import sys
from pathlib import Path

import commands
import diagrams
import examples
import installed
import locks
import messages
import options
import paths
import sphinx_build
from skip import Skip

CHECKS = [sphinx_build, paths, options, locks, examples, installed, messages, commands, diagrams]


def run(module, build):
    passed = failed = 0
    try:
        for what, problem in module.check(build):
            if problem:
                failed += 1
                print(f"  FAIL    {module.__name__}: {what}\n" + "".join(f"    {t}\n" for t in problem.splitlines()), end="")
            else:
                passed += 1
    except Skip as why:
        print(f"  SKIP    {module.__name__}: {why}")
        return passed, failed
    if passed + failed == 0:
        failed = 1
        print(f"  FAIL    {module.__name__}: nothing was compared")
    if not failed:
        print(f"  PASS    {module.__name__} ({passed} checks)")
    return passed, failed


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("--build", default="build")
    ap.add_argument("names", nargs="*")
    args = ap.parse_args()
    chosen = [m for m in CHECKS if not args.names or m.__name__ in args.names]
    if unknown := set(args.names) - {m.__name__ for m in CHECKS}:
        sys.exit(f"no such test: {' '.join(sorted(unknown))}; there are {' '.join(m.__name__ for m in CHECKS)}")
    results = [run(m, Path(args.build).resolve()) for m in chosen]
    passed, failed = (sum(r[i] for r in results) for i in (0, 1))
    print(f"{passed} passed, {failed} failed")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
