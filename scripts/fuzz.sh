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
for target in $targets; do
	dir=$(dirname "${target%%:*}")
	name=${target##*:}
	# Minimising an input can take longer than finding it, so that is bounded too.
	go test "./$dir" -run '^$' -fuzz "^$name\$" -fuzztime "$time" -fuzzminimizetime 10x >"${TMPDIR:-/tmp}/callgate-fuzz.$$" 2>&1 || {
		cat "${TMPDIR:-/tmp}/callgate-fuzz.$$"
		rm -f "${TMPDIR:-/tmp}/callgate-fuzz.$$"
		echo "fuzz: $name in ./$dir failed" >&2
		exit 1
	}
	echo "fuzz: ok ./$dir $name"
done
rm -f "${TMPDIR:-/tmp}/callgate-fuzz.$$"
