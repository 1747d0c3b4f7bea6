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
for target in FuzzRecords FuzzFiles FuzzTranslate FuzzBoots; do
  corpus=.build/corpus-$target
  mkdir -p "$corpus"
  if [ "$target" = FuzzRecords ]; then
    cp Seeds/* "$corpus/"
  elif [ "$target" = FuzzBoots ]; then
    cp Boots/* "$corpus/"
  elif [ "$target" = FuzzFiles ]; then
    cp ../ScenariosTests/Files/Sample/* "$corpus/"
  fi
  # The backtracer hangs under libFuzzer.
  status=0
  SWIFT_BACKTRACE=enable=no ".build/release/$target" "$corpus" -max_total_time="$seconds" \
    -max_len=4096 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix=.build/found/ >".build/$target.log" 2>&1 || status=$?
  grep -E 'Seed:|stat::|ERROR|SUMMARY|Test unit written|Fatal|precondition' ".build/$target.log"
  if [ "$status" -ne 0 ]; then
    echo "$target found something: see Tests/Fuzz/.build/found and .build/$target.log"
    exit 1
  fi
  echo "$target: $seconds seconds clean"
done
