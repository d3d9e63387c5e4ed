// Package carrier sets the simulated carrier against systems of other people.
//
// It calls an Express application that is guarded by the npm package twilio and a
// Flask application that is guarded by python3-twilio; both write their documents
// with the builder of their library. And the npm package emulate, which signs by
// itself, calls "callgate serve". Everything listens on loopback.
//
// scripts/interop-carrier-setup.sh installs what is needed. A test whose foreign
// program is missing is skipped, or fails where the environment variable CI is "true".
package carrier
