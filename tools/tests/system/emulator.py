# SPDX-License-Identifier: GPL-2.0-only
"""The environment that QEMU is started in: with emulator.c, which keeps a race of QEMU's own away, see there."""
import functools
import os
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCE = HERE / "emulator.c"


@functools.cache
def library():
    """emulator.c as a library to preload, compiled where it is not, or has changed."""
    build = Path(os.environ.get("BUILD") or HERE.parents[2] / "build")
    path = build / "tests/emulator.so"
    if not path.exists() or path.stat().st_mtime < SOURCE.stat().st_mtime:
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_suffix(f".{os.getpid()}")
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", made, SOURCE], check=True)
        made.rename(path)
    return path


def environment():
    return {**os.environ, "LD_PRELOAD": str(library())}
