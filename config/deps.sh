#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# deps.sh LIST...: install the Debian packages named in the lists that are not there yet, by themselves or as
# something that an installed package provides (npm comes with some builds of nodejs).
set -eu
missing=
provided=$(dpkg-query -W -f '${db:Status-Abbrev} ${Provides}\n' | sed -n 's/^ii *//p' | tr -s ', ' '\n')
for p in $(sed 's/#.*//' "$@"); do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' ||
        printf '%s\n' "$provided" | grep -qxF "$p" || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
echo "installing:$missing"
$sudo apt-get update -qq
# shellcheck disable=SC2086 # the list is words
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
