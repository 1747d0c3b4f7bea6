#!/bin/bash
# Builds the documentation with DocC, where a warning is an error: a broken link or a missing symbol.
set -euo pipefail
cd "$(dirname "$0")/.."

swift build
modules=$(swift build --show-bin-path)/Modules
target=$(swift -print-target-info | grep -m 1 '"triple"' | cut -d '"' -f 4)
for catalogue in Sources/*/*.docc; do
  module=$(basename "$catalogue" .docc)
  graphs=.build/symbolgraph/$module
  rm -rf "$graphs" && mkdir -p "$graphs"
  # Scenarios is made with CYaml and LiveHost with CLibvirt, whose maps the build has written.
  swift-symbolgraph-extract -module-name "$module" -target "$target" -I "$modules" \
    -Xcc "-fmodule-map-file=$modules/../CYaml.build/module.modulemap" \
    -Xcc "-fmodule-map-file=$modules/../CLibvirt.build/module.modulemap" \
    -minimum-access-level public -output-dir "$graphs"
  docc convert "$catalogue" --additional-symbol-graph-dir "$graphs" \
    --fallback-display-name "$module" --fallback-bundle-identifier "org.nestwalk.$module" \
    --warnings-as-errors --transform-for-static-hosting --hosting-base-path nestwalk \
    --output-path ".build/$module.doccarchive"
  echo "documentation of $module: .build/$module.doccarchive"
done
