# SPDX-License-Identifier: GPL-2.0-only
"""What the figures inside QEMU are made with: a deterministic boot, the plugin that counts, and how a figure is shown."""
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "system"))
import machine  # noqa: E402

# One tick of the clock for one instruction, and no time but that: two runs are the same to the last instruction.
DETERMINISTIC = "-icount shift=0,sleep=off -seed 1 -rtc base=2026-01-01T00:00:00,clock=vm"


def boot(words, xen, kernel, initrd, reference, log, seconds, last=None):
    """Boots once, to the machine's end or to a line that begins with `last`; the lines of the console."""
    lines = []

    def keep(line):
        lines.append(line)
        return last is not None and line.startswith(last)

    asked = machine.parse(words)
    argv = machine.command(asked, xen, kernel, initrd, reference)
    if initrd is kernel:        # a kernel of ours has no initramfs
        argv[argv.index("-initrd") + 1] = f"{kernel} {asked['linux']}".strip()
    if machine.run(argv, log, seconds, keep) == "timeout":
        sys.exit(f"bench: no end within {seconds} s, see {log}")
    return lines


def counted_boot(args, words, kernel, initrd, name, seconds):
    """Boots with the plugin: the console's lines, and (all, the hypervisor's, VM entries) at each mark and at the end."""
    at = symbols(args.xen_syms)
    counted = args.out / f"{name}.counted"
    plugin = (f"-plugin {args.out}/count.so,out={counted},first={at['__image_start']},last={at['__image_end']},"
              f"entry={vmrun_address(args.xen_syms, at)}")
    lines = boot(f"{words} linux='nokaslr' qemu='{DETERMINISTIC} {plugin}'", args.xen, kernel, initrd, False,
                 args.out / f"{name}.log", seconds)
    return lines, [[int(x) for x in line.split()] for line in counted.read_text().splitlines()]


def symbols(path):
    out = subprocess.run(["nm", path], capture_output=True, text=True, check=True).stdout
    return {name: address for address, _, name in (line.split() for line in out.splitlines())}


def vmrun_address(xen_syms, at):
    """That of the instruction itself, within the function that enters guests."""
    out = subprocess.run(["objdump", "-d", xen_syms, f"--start-address=0x{at['svm_vmrun']}"],
                         capture_output=True, text=True, check=True).stdout
    return re.search(r"^\s*([0-9a-f]+):.*\bvmrun\b", out, re.M)[1]


def row(name, ours, theirs, unit=""):
    beside = f"{theirs:>14,}" if theirs is not None else f"{'-':>14}"
    print(f"  {name:<44}{ours:>14,}{beside} {unit}", flush=True)
