#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# host.sh PROGRAM...: runs each test program, which ends with "N passed, N failed", and adds up.  One that
# ends otherwise counts as a failure.
set -u
passed=0 failed=0
for program in "$@"; do
    out=$("$program" 2>&1); status=$?
    verdict=$(printf '%s\n' "$out" | sed -n 's/^\([0-9]\+\) passed, \([0-9]\+\) failed$/\1 \2/p' | tail -n 1)
    read -r p f <<<"${verdict:-0 1}"
    [ "$status" = 0 ] || [ "$f" != 0 ] || f=1
    printf '  %-4s    %s (%s checks)\n' "$([ "$f" = 0 ] && echo PASS || echo FAIL)" "$(basename "$program")" "$p"
    [ "$f" = 0 ] || printf '%s\n' "$out" | tail -n 40
    passed=$((passed + p)) failed=$((failed + f))
done
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
