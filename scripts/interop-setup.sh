#!/bin/sh
# Installs what the tests in interop/ and the benchmarks in bench/ compare
# Callgate with: four proxies, python3-twilio, Pyramid, Flask and Django from Debian, and
# express and twilio from npm. Does nothing, quickly, when all of it is there.
#
# The tests start every server themselves, on loopback and with their own
# configuration, so no system service is left running or enabled.
set -eu
cd "$(dirname "$0")/.."

packages=""
need() { # need PROGRAM PACKAGE...
	command -v "$1" >/dev/null 2>&1 || packages="$packages $2"
}
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
need nginx nginx
need haproxy haproxy
need apache2 apache2
need caddy caddy
need node nodejs
need npm npm
/usr/bin/python3 -c 'import twilio.request_validator' 2>/dev/null || packages="$packages python3-twilio"
/usr/bin/python3 -c 'import pyramid, webob' 2>/dev/null || packages="$packages python3-pyramid"
/usr/bin/python3 -c 'import waitress' 2>/dev/null || packages="$packages python3-waitress"
/usr/bin/python3 -c 'import flask' 2>/dev/null || packages="$packages python3-flask"
/usr/bin/python3 -c 'import django' 2>/dev/null || packages="$packages python3-django"

if [ -n "$packages" ]; then
	if ! command -v apt-get >/dev/null 2>&1; then
		echo "interop-setup: install these with your package manager (names as in Debian):$packages" >&2
		exit 1
	fi
	root=""
	[ "$(id -u)" -eq 0 ] || root="sudo"
	# Debian starts a service when its package is installed, unless this
	# file says no. One that is already there is respected and kept.
	policy=/usr/sbin/policy-rc.d
	if [ ! -e "$policy" ]; then
		printf '#!/bin/sh\nexit 101\n' | $root tee "$policy" >/dev/null
		$root chmod 755 "$policy"
		trap '$root rm -f "$policy"' EXIT
		trap 'exit 1' INT TERM
	fi
	$root apt-get update -qq
	# shellcheck disable=SC2086 # a list of words
	$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages
	for service in $packages; do
		case "$service" in
		nginx | haproxy | apache2 | caddy)
			if command -v systemctl >/dev/null 2>&1; then
				$root systemctl disable "$service" >/dev/null 2>&1 || true
			fi
			;;
		esac
	done
fi

lock=$(cksum <interop/npm/package-lock.json)
installed=interop/npm/node_modules/.installed-lock
if [ ! -f "$installed" ] || [ "$(cat "$installed")" != "$lock" ]; then
	npm --prefix interop/npm ci --no-audit --no-fund --ignore-scripts --silent
	printf '%s\n' "$lock" >"$installed"
fi
echo "interop-setup: all installed"
