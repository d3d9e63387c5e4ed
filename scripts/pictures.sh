#!/bin/sh
# Draws the example flows into docs/pictures. A test of internal/graph fails when a
# picture there is not that of its flow.
set -eu
cd "$(dirname "$0")/.."

mkdir -p docs/pictures
for folder in examples/*/; do
	name=$(basename "$folder")
	flow=$folder$name.yaml
	[ -f "$flow" ] || continue
	go run ./cmd/callgate graph "$flow" --output "docs/pictures/$name.svg"
	echo "pictures: docs/pictures/$name.svg"
done
