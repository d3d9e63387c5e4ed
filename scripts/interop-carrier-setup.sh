#!/bin/sh
# Installs what the tests in interop/carrier call and are called by, besides what
# interop-setup.sh installs: Flask and a program that speaks from Debian, and from npm the
# emulation of the carrier's REST API, whose version is pinned (its latest tag is another
# package).
# Does nothing, quickly, when all of it is there.
set -eu
cd "$(dirname "$0")/.."
sh scripts/interop-setup.sh

missing=""
/usr/bin/python3 -c 'import flask' 2>/dev/null || missing="$missing python3-flask"
command -v espeak-ng >/dev/null 2>&1 || missing="$missing espeak-ng"
if [ -n "$missing" ]; then
	if ! command -v apt-get >/dev/null 2>&1; then
		echo "interop-carrier-setup: install what Debian calls$missing" >&2
		exit 1
	fi
	root=""
	[ "$(id -u)" -eq 0 ] || root="sudo"
	$root apt-get update -qq
	$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing # a list of words
fi

lock=$(cksum <interop/carrier/npm/package-lock.json)
installed=interop/carrier/npm/node_modules/.installed-lock
if [ ! -f "$installed" ] || [ "$(cat "$installed")" != "$lock" ]; then
	npm --prefix interop/carrier/npm ci --no-audit --no-fund --ignore-scripts --silent
	printf '%s\n' "$lock" >"$installed"
fi
echo "interop-carrier-setup: all installed"
