#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# named.sh PAGE...: every test exists that the second column of a page's table of requirements names:
#
#   FILE.TEST             UNIT_TEST(TEST in tools/tests/unit/test_FILE.c
#   guest/NAME: TEXT      a check with this text in tools/tests/guest/NAME
#   system/NAME: TEXT     in the scenario NAME
#   tools/NAME: TEXT      in tools/tests/NAME
#   bench/NAME: TEXT      a row of tools/tests/bench/NAME
# With no TEXT the test as a whole is meant.
tests=$(dirname "$0")/..

# A string of C may go on on the next line.
joined() { find "$@" -type f -exec cat {} + 2>/dev/null | tr '\n' ' ' | sed 's/" *"//g'; }

exists() {
    name=${1%%: *} text=${1#*: }
    [ "$text" != "$1" ] || text=
    case $name in */*) ;; *.*) text="UNIT_TEST(${name#*.}," ;; esac
    case $name in
    guest/* | bench/*) joined "$tests/$name" ;;
    system/*) joined "$tests/system/scenarios/${name#*/}.sh" ;;
    tools/*) joined "$tests/${name#*/}" ;;
    *.*) joined "$tests/unit/test_${name%%.*}.c" | sed 's/UNIT_TEST( */UNIT_TEST(/g' ;;
    esac | grep -qF -- "${text:- }"
}

status=0
for page; do
    names=$(sed -n '/^     - ``/,/^   \* /p' "$page" | grep -o '``[^`]*``' | tr -d '`')
    [ -n "$names" ] || { echo "$page names no test"; status=1; }
    printf '%s\n' "$names" | while IFS= read -r one; do
        exists "$one" || { echo "$page names $one"; exit 1; }
    done || status=1
done
exit $status
