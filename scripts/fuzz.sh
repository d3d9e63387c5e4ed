#!/bin/sh
# Runs every fuzz target for a short time. FUZZTIME bounds one target (default 5s);
# with many of them it is cut so that all together take about FUZZTOTAL seconds (default 40).
set -eu
cd "$(dirname "$0")/.."

targets=$(git ls-files '*_test.go' | grep -v '^bench/' | xargs grep -H -o '^func Fuzz[A-Za-z0-9_]*' | sed 's/:func /:/')
count=$(echo "$targets" | wc -l)
limit=$((${FUZZTOTAL:-40} / count))
[ "$limit" -ge 1 ] || limit=1
[ "$limit" -le 5 ] || limit=5
time=${FUZZTIME:-${limit}s}

echo "fuzz: $count targets, $time each"
output=$(mktemp)
trap 'rm -f "$output"' EXIT

# fuzz runs one target. Minimising an input can take longer than finding it, so that
# is bounded too. A run whose end falls into the handing out of work is reported as a
# failure with nothing but "context deadline exceeded" (https://go.dev/issue/75804, mended in Go 1.27);
# one that found something names the input.
fuzz() { # fuzz DIRECTORY NAME
	go test "./$1" -run '^$' -fuzz "^$2\$" -fuzztime "$time" -fuzzminimizetime 10x >"$output" 2>&1 && return
	grep -q 'context deadline exceeded' "$output" || return
	! grep -Eq 'Failing input|panic|_test\.go:' "$output"
}

for target in $targets; do
	dir=$(dirname "${target%%:*}")
	name=${target##*:}
	fuzz "$dir" "$name" || {
		cat "$output"
		echo "fuzz: $name in ./$dir failed" >&2
		exit 1
	}
	echo "fuzz: ok ./$dir $name"
done
