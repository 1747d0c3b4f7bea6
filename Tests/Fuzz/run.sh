#!/bin/bash
# Fuzzes the readers and the translation for some seconds each.
#
#     Tests/Fuzz/run.sh SECONDS
#
# The seed of a run is printed; what was found lies in Tests/Fuzz/.build/found.
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:-30}
swift build -c release --sanitize=fuzzer
mkdir -p .build/found
targets=(FuzzRecords FuzzFiles FuzzTranslate FuzzBoots FuzzHosts FuzzMigrate)

# fuzz TARGET: runs one from its seeds; its status is the fuzzer's.
fuzz() {
  local target=$1 corpus=.build/corpus-$1 seeds
  case $target in
    FuzzRecords) seeds=Seeds ;;
    FuzzBoots) seeds=Boots ;;
    FuzzHosts) seeds=Hosts ;;
    FuzzMigrate) seeds=Migrate ;;
    FuzzFiles) seeds=../ScenariosTests/Files/Sample ;;
    *) seeds= ;;
  esac
  mkdir -p "$corpus"
  [ -z "$seeds" ] || cp "$seeds"/* "$corpus/"
  # The backtracer hangs under libFuzzer. The time limit is for a machine that does other work too.
  SWIFT_BACKTRACE=enable=no ".build/release/$target" "$corpus" -max_total_time="$seconds" \
    -max_len=4096 -timeout=30 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix=.build/found/ >".build/$target.log" 2>&1
}

# All of them at once: each is one thread.
started=()
for target in "${targets[@]}"; do
  fuzz "$target" &
  started+=($!)
done
found=0
for index in "${!targets[@]}"; do
  target=${targets[$index]}
  status=0
  wait "${started[$index]}" || status=$?
  grep -E 'Seed:|stat::|ERROR|SUMMARY|Test unit written|Fatal|precondition' ".build/$target.log" || true
  if [ "$status" -ne 0 ]; then
    echo "$target found something: see Tests/Fuzz/.build/found and .build/$target.log"
    found=1
  else
    echo "$target: $seconds seconds clean"
  fi
done
exit "$found"
