#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# check-headers.sh: every header of xen/ compiles alone; none includes itself by way of others; public headers
# include public ones only, and asm/ ones asm/ and leaves.  Run in xen/; ends with "N passed, N failed".
set -u
# What asm/ headers may have of xen/: plain data and helpers that include nothing further up.
leaves='types|compiler|const|bug|bitmap|boot_info'
flags="-std=gnu11 -ffreestanding -Wall -Wextra -Werror -Wno-unused-parameter -Wstrict-prototypes -nostdinc -mcmodel=kernel -fno-pic
    -mgeneral-regs-only -isystem $(gcc -print-file-name=include) -Iinclude -Iarch/x86/include -D__XEN__ -D__XEN_TOOLS__"
passed=0 failed=0

verdict() { # WHAT PROBLEM
    if [ -z "$2" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAIL  %s\n%s\n' "$1" "$2"
    fi
}

includes() { # FILE: what it includes, as paths from xen/
    sed -n 's/^ *# *include *[<"]\([^>"]*\)[>"].*/\1/p' "$1" | while read -r name; do
        for place in "$(dirname "$1")" include arch/x86/include; do
            [ -f "$place/$name" ] && realpath --relative-to=. "$place/$name" && break
        done
    done
}

headers=$(find include arch/x86/include -name '*.h' | sort)
for h in $headers; do
    grep -q '#error "a part of' "$h" && continue
    # shellcheck disable=SC2086 # flags are words
    verdict "$h compiles alone" "$(gcc $flags -fsyntax-only -x c "$h" 2>&1 | grep -v 'pragma once' | head -5)"
done

pairs=$(for h in $headers; do includes "$h" | sed "s|^|$h |"; done)
verdict "no cycle of includes" "$(tsort <<<"$pairs" 2>&1 >/dev/null | head -20)"
verdict "public headers include public ones only" "$(grep '^include/public/' <<<"$pairs" | grep -v ' include/public/')"
verdict "asm/ headers include asm/, public ones and leaves" \
    "$(grep '^arch/' <<<"$pairs" | grep -v -E " (arch/|include/public/|include/xen/($leaves)\.h)")"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
