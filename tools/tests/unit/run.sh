#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Runs test programs and adds up their results.  -t NAME: only tests whose name, or whose program's, contains NAME.
wanted=
[ "$1" = -t ] && { wanted=$2; shift 2; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0 failed=0 skipped=0

for program; do
    "$program" ${wanted:+"$wanted"} >"$log" 2>&1
    status=$?
    grep -v '^= ' "$log"
    result=$(sed -n 's/^= //p' "$log")
    if [ -z "$result" ]; then
        echo "  $(basename "$program"): FAILED with status $status"
        failed=$((failed + 1))
        continue
    fi
    set -- $result
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
done

[ $skipped -eq 0 ] || echo "$skipped skipped"
[ $((passed + failed)) -gt 0 ] || { echo "no test is called $wanted"; failed=1; }
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
