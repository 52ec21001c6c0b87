#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# deps.sh LIST: install the Debian packages named in LIST that are not installed yet.
set -eu
missing=
for p in $(sed 's/#.*//' "$1"); do
    dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing="$missing $p"
done
[ -n "$missing" ] || exit 0
sudo=
[ "$(id -u)" = 0 ] || sudo=sudo
echo "installing:$missing"
$sudo apt-get update -qq
# shellcheck disable=SC2086 # the list is words
DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends $missing >/dev/null
