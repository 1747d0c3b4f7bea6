#!/bin/bash
# Loads the page of each scenario in headless Chromium, and checks what a reader would see: no error on
# the console, and each chart drawn inside its box. Ends with 77 where Chromium can't be had.
set -uo pipefail
cd "$(dirname "$0")/.."

if ! Tests/Oracles/install.sh chromium; then
  echo "chromium can't be installed"
  exit 77
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
failed=0
for scenario in $(grep -l '^study: boot-storm' Scenarios/*.yaml); do
  name=$(basename "$scenario" .yaml)
  # A sweep's page is a table.
  charts=4
  if grep -q '^sweep:' "$scenario"; then charts=0; fi
  # A target, so that its mark is drawn as well.
  .build/release/nestwalk run "$scenario" --set target.ready=5s --html "$folder/$name.html" >/dev/null
  code=$?
  if [ $code -ne 0 ] && [ $code -ne 3 ]; then
    echo "FAILED: $scenario ends with $code"
    failed=1
    continue
  fi
  for width in 1280 400; do
    timeout 120 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$folder/profile" \
      --enable-logging=stderr --window-size="$width,4200" --virtual-time-budget=2000 \
      --dump-dom "file://$folder/$name.html" >"$folder/$name.dom" 2>"$folder/$name.log"
    if grep CONSOLE "$folder/$name.log"; then
      echo "FAILED: the console says something of $scenario at $width pixels"
      failed=1
    fi
    python3 Tests/Reports/charts.py "$folder/$name.dom" --charts $charts || failed=1
  done
done
for scenario in $(grep -l '^study: density' Scenarios/*.yaml); do
  name=$(basename "$scenario" .yaml)
  .build/release/nestwalk density "$scenario" --html "$folder/$name.html" >"$folder/$name.text" || failed=1
  charts=2
  grep -q '^overcommit' "$scenario" && charts=3
  for width in 1280 400; do
    timeout 120 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$folder/profile" \
      --enable-logging=stderr --window-size="$width,4200" --virtual-time-budget=2000 \
      --dump-dom "file://$folder/$name.html" >"$folder/$name.dom" 2>"$folder/$name.log"
    if grep CONSOLE "$folder/$name.log"; then
      echo "FAILED: the console says something of $scenario at $width pixels"
      failed=1
    fi
    python3 Tests/Reports/charts.py "$folder/$name.dom" --charts "$charts" || failed=1
  done
done
for scenario in $(grep -l '^study: migration' Scenarios/*.yaml); do
  name=$(basename "$scenario" .yaml)
  .build/release/nestwalk run "$scenario" --html "$folder/$name.html" >"$folder/$name.text"
  code=$?
  if [ $code -ne 0 ] && [ $code -ne 3 ]; then
    echo "FAILED: $scenario ends with $code"
    failed=1
    continue
  fi
  # Speed and bytes; what is left where there are several rounds, and waits where pages follow.
  charts=2
  grep -q '^2  ' "$folder/$name.text" && charts=$((charts + 1))
  grep -q '^postcopy:' "$scenario" && charts=$((charts + 1))
  for width in 1280 400; do
    timeout 120 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$folder/profile" \
      --enable-logging=stderr --window-size="$width,4200" --virtual-time-budget=2000 \
      --dump-dom "file://$folder/$name.html" >"$folder/$name.dom" 2>"$folder/$name.log"
    if grep CONSOLE "$folder/$name.log"; then
      echo "FAILED: the console says something of $scenario at $width pixels"
      failed=1
    fi
    python3 Tests/Reports/charts.py "$folder/$name.dom" --charts "$charts" || failed=1
  done
done
exit $failed
