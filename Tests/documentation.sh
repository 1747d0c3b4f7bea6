#!/bin/bash
# Builds the documentation with DocC, where a warning is an error: a broken link or a missing symbol.
set -euo pipefail
cd "$(dirname "$0")/.."

swift package dump-symbol-graph --minimum-access-level public >/dev/null
graphs=$(swift build --show-bin-path)/../symbolgraph
for module in Paging Records; do
  catalogue=Sources/$module/$module.docc
  [ -d "$catalogue" ] || continue
  own=.build/symbolgraph-$module
  rm -rf "$own" && mkdir -p "$own"
  cp "$graphs/$module.symbols.json" "$own/"
  cp "$graphs/$module"@*.symbols.json "$own/" 2>/dev/null || true
  docc convert "$catalogue" --additional-symbol-graph-dir "$own" \
    --fallback-display-name "$module" --fallback-bundle-identifier "org.nestwalk.$module" \
    --warnings-as-errors --transform-for-static-hosting --hosting-base-path nestwalk \
    --output-path ".build/$module.doccarchive"
  echo "documentation of $module: .build/$module.doccarchive"
done
