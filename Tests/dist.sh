#!/bin/bash
# Makes one binary with Swift's standard library and libyaml inside, and tries it in a root file system
# that has neither: an empty folder with the C library and what else it says it needs.
set -euo pipefail
cd "$(dirname "$0")/.."

Tests/Oracles/install.sh libyaml-dev
archive=$(cc -print-file-name=libyaml.a)
if [ ! -e "$archive" ]; then
  echo "libyaml.a is not there; Debian's libyaml-dev has it" >&2
  exit 1
fi

# The release build's own objects, linked once more as SwiftPM links them, but with the archives: the
# linker looks into this folder first, where libyaml and the C++ library are archives alone.
swift build -c release --product nestwalk
mkdir -p .build/dist/lib
cp "$archive" "$(cc -print-file-name=libstdc++.a)" .build/dist/lib/
swiftc -static-stdlib -o .build/dist/nestwalk @.build/release/nestwalk.product/Objects.LinkFileList \
  -Xlinker --gc-sections -Xlinker --defsym -Xlinker main=NestwalkCommand_main \
  -Xclang-linker -static-libgcc \
  -L .build/dist/lib -lyaml -ldl -lpthread
strip .build/dist/nestwalk

echo "what it needs of the system:"
ldd .build/dist/nestwalk
if ldd .build/dist/nestwalk | grep -Ei 'swift|dispatch|foundation|yaml|not found'; then
  echo "FAILED: it needs a library that should be inside" >&2
  exit 1
fi

# Entering another root takes root's rights.
enter=()
if [ "$(id -u)" -ne 0 ]; then enter=(sudo -n); fi
root=$(mktemp -d)
leave() {
  if mountpoint -q "$root/proc"; then "${enter[@]}" umount "$root/proc"; fi
  rm -rf --one-file-system "$root"
}
trap leave EXIT
ldd .build/dist/nestwalk | grep -o '/[^ ]*' | while read -r library; do
  mkdir -p "$root$(dirname "$library")"
  cp -L "$library" "$root$library"
done
cp .build/dist/nestwalk "$root/nestwalk"
mkdir "$root/Scenarios"
cp Scenarios/*.yaml "$root/Scenarios/"

# Swift's library finds a program's arguments by /proc, which each running system has.
mkdir "$root/proc"
"${enter[@]}" mount -t proc proc "$root/proc"
inside() { "${enter[@]}" chroot "$root" /nestwalk "$@"; }
inside --version
inside check /Scenarios/boot-storm-32.yaml
inside profiles >"$root/said"
grep -q textbook-riscv64 "$root/said"
inside walk --guest sv39 --host sv39x4 >"$root/said"
grep -q "15 table reads" "$root/said"
# Threads, numbers and text are those of the binary here.
inside run /Scenarios/boot-storm-32.yaml --mitigate --threads 2 --json - >"$root/inside.json"
.build/dist/nestwalk run Scenarios/boot-storm-32.yaml --mitigate --threads 1 --json - >"$root/here.json"
cmp "$root/inside.json" "$root/here.json"

echo "one binary, with nothing to install: .build/dist/nestwalk" \
  "($(($(stat -c %s .build/dist/nestwalk) >> 20)) MiB)"
