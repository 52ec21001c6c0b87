#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# total.sh TARGET...: make each target, show what it says, and add up their "N passed, N failed".
# A target that ends without such a line counts as one failure.
set -u
passed=0 failed=0
said=$(mktemp)
trap 'rm -f "$said"' EXIT
for target in "$@"; do
    printf '=== %s\n' "$target"
    ${MAKE:-make} --no-print-directory "$target" 2>&1 | tee "$said"
    verdict=$(sed -n 's/^\([0-9]\+\) passed, \([0-9]\+\) failed$/\1 \2/p' "$said" | tail -n 1)
    if [ -z "$verdict" ]; then
        echo "$target ended without a verdict"
        verdict="0 1"
    fi
    read -r p f <<<"$verdict"
    passed=$((passed + p)) failed=$((failed + f))
done
echo "=== total"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
