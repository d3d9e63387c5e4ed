#!/bin/sh
# The checks of the source that need no test to run. Each says what to do.
set -eu
cd "$(dirname "$0")/.."

# The version is pinned: a new one may complain of what was fine, and is taken in a
# commit of its own.
staticcheck=honnef.co/go/tools/cmd/staticcheck@v0.8.2

step() { echo "lint: $*"; }

step gofmt
unformatted=$(git ls-files '*.go' | while read -r f; do [ ! -f "$f" ] || gofmt -l "$f"; done)
if [ -n "$unformatted" ]; then
	echo "not formatted; run gofmt -w on:" >&2
	echo "$unformatted" >&2
	exit 1
fi

for module in . bench; do
	(
		cd "$module"
		step "go mod tidy -diff ($module)"
		go mod tidy -diff
		step "go vet ($module)"
		go vet ./...
		step "staticcheck ($module)"
		go run "$staticcheck" ./...
	)
done
