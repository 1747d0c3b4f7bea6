#!/bin/bash
# Installs those of the named Debian packages that are not there yet, and says which.
#
#     Tests/Oracles/install.sh NAME…
#
# Runs as root or through sudo. Several may run at once: they wait for each other. What is
# downloaded stays below NESTWALK_CACHE (default .build/oracles), for two reasons: a second machine
# made from the same cache need not download again, and on Debian's container images an apt hook
# empties apt's own archive directory between two batches, which then fail with "cannot access
# archive".
set -euo pipefail

missing=()
for name in "$@"; do
  if [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$name" 2>/dev/null)" != installed ]
  then
    missing+=("$name")
  fi
done
if [ ${#missing[@]} -eq 0 ]; then
  exit 0
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  as_root=(sudo)
fi

cache=${NESTWALK_CACHE:-$(dirname "$0")/../../.build/oracles}
mkdir -p "$cache/archives/partial"
cache=$(cd "$cache" && pwd)

# apt's own locks cover neither the package lists nor two callers with archive directories of
# their own, so callers take turns on a lock that is the same for every tree of the machine.
lock=/run/lock/nestwalk-apt
[ -e "$lock" ] || : >"$lock"
exec 9<"$lock"
flock 9

apt_get() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get --yes --quiet \
    -o "Dir::Cache::archives=$cache/archives" -o DPkg::Lock::Timeout=600 "$@"
}

echo "installing ${missing[*]}" >&2
# A fresh machine has no package lists, and an old one has lists whose files are gone: the lists
# are fetched only when they are needed.
apt_get install --no-install-recommends "${missing[@]}" >&2 || {
  apt_get update >&2
  apt_get install --no-install-recommends "${missing[@]}" >&2
}
