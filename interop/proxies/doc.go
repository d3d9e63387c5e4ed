// Package proxies puts real proxy servers in front of a real "callgate serve" and
// sends what the carrier's own libraries have signed.
//
// The proxies run with the very files of docs/proxies and end TLS with a
// certificate of an authority that the test makes. Callgate is configured in both
// of the ways that docs/behind-a-proxy.md describes: with public_url, and with
// trusted_proxies and allowed_hosts. Requests go over the wire byte for byte, and
// since every byte of the address is signed, a request that is admitted has passed
// the proxy unchanged.
package proxies
