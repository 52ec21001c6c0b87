#!/bin/sh
# SPDX-License-Identifier: CC-BY-4.0
# mermaid.sh DIRECTORY: puts mermaid.min.js, which draws the diagrams, and its licence (MIT) into DIRECTORY.
# Debian 12 has no package of it, so npm fetches this version; what comes is compared with what is known.
set -eu
version=11.4.1
sum=ec7b61b391aaa24bf666fd20e48d0a626eeb4a95b95bc6b3016a122d7f0bc2af
[ ! -f "$1/$version" ] || exit 0
mkdir -p "$1"
cd "$1"
npm pack --silent "mermaid@$version" >/dev/null 2>npm.log || {
    tail -n 5 npm.log
    echo "mermaid $version cannot be fetched by npm"
    exit 1
}
echo "$sum  mermaid-$version.tgz" | sha256sum --check --quiet
tar -xzf "mermaid-$version.tgz" --strip-components=1 package/LICENSE
tar -xzf "mermaid-$version.tgz" --strip-components=2 package/dist/mermaid.min.js
rm -f "mermaid-$version.tgz" npm.log
touch "$version"
