#!/bin/bash
# Prints the path of a QEMU 10 for riscv64, and unpacks it first where it is not there yet.
#
# Debian 12's own QEMU (7.2) refuses guest-physical addresses that use the ×4 root, among other
# things. The one of bookworm-backports is unpacked below NESTWALK_CACHE (default .build/oracles)
# and nothing else changes: neither the machine's package sources nor its own QEMU.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
cache=${NESTWALK_CACHE:-$here/../../../.build/oracles}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
program=$cache/qemu-riscv/usr/bin/qemu-system-riscv64

if ! "$program" --version >/dev/null 2>&1; then
  exec 9>"$cache/qemu-riscv.lock"
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
  if ! compgen -G "$apt/archives/qemu-system-riscv_*.deb" >/dev/null; then
    apt-get "${options[@]}" update >&2
    (cd "$apt/archives" && apt-get "${options[@]}" download qemu-system-riscv >&2)
  fi
  archive=$(compgen -G "$apt/archives/qemu-system-riscv_*.deb" | sort --version-sort | tail -n 1)

  # The libraries are those of Debian 12; QEMU's data and firmware are not used.
  libraries=$(dpkg-deb --field "$archive" Depends | tr ',' '\n' \
    | sed 's/^ *//; s/ .*//' | grep '^lib')
  # shellcheck disable=SC2086 # a list of names
  "$here/../install.sh" $libraries
  rm -rf "$cache/qemu-riscv"
  dpkg-deb --extract "$archive" "$cache/qemu-riscv"
fi

"$program" --version >/dev/null
echo "$program"
