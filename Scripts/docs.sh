#!/usr/bin/env bash
# API documentation: a DocC archive per module where docc is installed, from the symbol graphs the compiler emits.
set -euo pipefail
cd "$(dirname "$0")/.."
out=.build/docs
rm -rf "$out"
mkdir -p "$out/symbols"
swift build -c release --product offloadsim -Xswiftc -emit-symbol-graph -Xswiftc -emit-symbol-graph-dir -Xswiftc "$PWD/$out/symbols"
for module in StrictJSON RandomStreams Inference ONNX ModelZoo Partitioning Simulation Results Scenarios Experiments; do
  graphs="$out/graphs/$module"
  mkdir -p "$graphs"
  cp "$out/symbols/$module"*.symbols.json "$graphs/"
  if command -v docc >/dev/null 2>&1; then
    docc convert --fallback-display-name "$module" --fallback-bundle-identifier "offloadsim.$module" \
      --additional-symbol-graph-dir "$graphs" --output-path "$out/$module.doccarchive" >/dev/null
  fi
done
echo "documentation is in $out"
