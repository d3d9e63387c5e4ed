// Package interop holds the tests that set Callgate against code of other
// people: signatures made by the carrier's own libraries, and real proxies in
// front of a real server process. It has no code of its own.
//
//   - signers judges requests that python3-twilio and the npm package twilio
//     have signed.
//   - proxies starts nginx, HAProxy, Apache and Caddy with the files of
//     docs/proxies.
//   - npm pins the npm packages; scripts/interop-setup.sh installs everything.
//
// A test whose foreign program is missing is skipped with a word on what to
// install. Where the environment variable CI is "true" it fails instead, so
// that a pipeline can't go green by testing nothing.
package interop
