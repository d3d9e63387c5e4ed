#!/bin/sh
# Sees to what building and testing need: Go, and for the race detector a C
# compiler. Does nothing when they are there. With "build" the compiler is left out.
set -eu

packages=""
command -v go >/dev/null 2>&1 || packages="golang-go"
if [ "${1:-}" != build ]; then
	command -v cc >/dev/null 2>&1 || packages="$packages gcc libc6-dev"
	command -v git >/dev/null 2>&1 || packages="$packages git"
fi
[ -n "$packages" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
	echo "setup: install these with your package manager (names as in Debian):" $packages >&2
	echo "setup: or see https://go.dev/doc/install" >&2
	exit 1
fi
root=""
[ "$(id -u)" -eq 0 ] || root="sudo"
$root apt-get update -qq
# An older Go is enough: it fetches the one that go.mod asks for.
# shellcheck disable=SC2086 # a list of words
$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages
