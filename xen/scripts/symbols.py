# SPDX-License-Identifier: GPL-2.0-only
"""nm -n on stdin; on stdout the assembly of the table that xen/common/symbols.c searches."""
import sys

BASE = 0xFFFFFFFF80000000

functions = []
for line in sys.stdin:
    address, kind, name = line.rsplit(maxsplit=2) if line[0] != " " else ("0", "U", "")
    if kind in "tT" and not name.startswith((".L", "__")):
        functions.append((int(address, 16) - BASE, name))

print('    .section .symbols, "a"')
print("    .globl symbols_count, symbols_offset, symbols_name, symbols_text")
print("    .balign 8")
print(f"symbols_count:\n    .long {len(functions)}")
print("symbols_offset:")
for offset, _ in functions:
    print(f"    .long {offset:#x}")
print("symbols_name:")
position = 0
for _, name in functions:
    print(f"    .long {position}")
    position += len(name) + 1
print("symbols_text:")
for _, name in functions:
    print(f'    .asciz "{name}"')
