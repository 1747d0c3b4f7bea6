#!/bin/bash
# Prints the path of a program of QEMU 10, and unpacks it first where it is not there yet.
#
#     Tests/Oracles/harness/backported-qemu.sh PACKAGE PROGRAM
#
# PACKAGE is one of bookworm-backports. It is unpacked below NESTWALK_CACHE (default .build/oracles)
# and nothing else changes: neither the machine's package sources nor its own QEMU.
set -euo pipefail

package=$1
here=$(cd "$(dirname "$0")" && pwd)
cache=${NESTWALK_CACHE:-$here/../../../.build/oracles}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
unpacked=$cache/qemu-${package#qemu-system-}
program=$unpacked/usr/bin/$2

if ! "$program" --version >/dev/null 2>&1; then
  exec 9>"$cache/backports.lock"
  flock 9
  apt=$cache/backports
  mkdir -p "$apt/lists/partial" "$apt/archives/partial"
  keys=/usr/share/keyrings/debian-archive-keyring.gpg
  mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
  echo "deb [signed-by=$keys] $mirror bookworm-backports main" >"$apt/sources.list"
  # A world of its own for apt: the sources, the lists and the archives are all below the cache.
  # The downloads need no other user either, so no root and no sandbox.
  options=(
    -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=-
    -o "Dir::State::lists=$apt/lists" -o "Dir::Cache=$apt" -o "Dir::Cache::archives=$apt/archives"
    -o "APT::Sandbox::User=$(id -un)" -o APT::Update::Post-Invoke::=true --quiet
  )
  if ! compgen -G "$apt/archives/${package}_*.deb" >/dev/null; then
    apt-get "${options[@]}" update >&2
    (cd "$apt/archives" && apt-get "${options[@]}" download "$package" >&2)
  fi
  archive=$(compgen -G "$apt/archives/${package}_*.deb" | sort --version-sort | tail -n 1)

  # The libraries are those of Debian 12; QEMU's data and firmware are not used.
  libraries=$(dpkg-deb --field "$archive" Depends | tr ',' '\n' \
    | sed 's/^ *//; s/ .*//' | grep '^lib')
  # shellcheck disable=SC2086 # a list of names
  "$here/../install.sh" $libraries
  rm -rf "$unpacked"
  dpkg-deb --extract "$archive" "$unpacked"
fi

"$program" --version >/dev/null
echo "$program"
