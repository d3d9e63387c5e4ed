#!/usr/bin/env bash
# Everything that has to hold: the source's checks, a short run of every fuzz target,
# and all tests with the race detector, in a random order, with real proxies and foreign
# signers. "make test" and the continuous integration run this.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
scripts/interop-setup.sh
scripts/interop-carrier-setup.sh
scripts/lint.sh
scripts/fuzz.sh

# What the tests log, answer with errors and measure is gathered here by package
# internal/leaktest, with the secrets that they use, and searched when all are done, along
# with what is printed below.
record=$(mktemp -d)
trap 'rm -rf "$record"' EXIT
export CALLGATE_TEST_RECORD="$record"

status=0
packages=$(go list ./... | grep -v /interop/)
# shellcheck disable=SC2086 # a list of words
go test -race -shuffle=on -timeout 10m $packages 2>&1 | tee "$record/recorded-output-1" || status=$?
# Ten thousand explanations, of which the race detector is given a tenth, and all changes
# of flow files, of which it is given a fifth.
go test -run '^TestExplainFindsWhatWasChanged$' ./explain || status=$?
go test -run '^TestSchemaAgrees$' ./internal/flowfile || status=$?
# One after another: they start servers, on ports that were free a moment ago.
go test -race -shuffle=on -timeout 10m -p 1 ./interop/... 2>&1 | tee "$record/recorded-output-2" || status=$?
go run ./internal/leaktest/leakscan "$record" || status=1
exit "$status"
