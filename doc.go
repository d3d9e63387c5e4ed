// Package callgate answers telephone webhooks and lets nobody in but the carrier.
//
// A Gate stands in front of the handlers of an IVR (interactive voice response).
// It authenticates each webhook by its signature, turns the outcome into
// principals, asks an access control list whether they may do what the route
// does, and sees to it that whatever fails, the caller hears a human and not the
// carrier's stock apology.
//
// # The life of a request
//
//  1. Read. The body is read up to a limit. The target must be a path in
//     origin-form, clean, without fragment; the method one of the route's. Nothing
//     is ever redirected, because that loses the caller's digits.
//  2. Address. The URL that the carrier signed is put together as bytes:
//     Config.PublicURL and the target as it stood on the request line. Without a
//     PublicURL it is what a trusted proxy or the connection says, as long as that
//     is one of AllowedHosts. No other host is believed.
//  3. Verify. A Verifier, such as that of package twilio, compares the signature.
//  4. Profile. It also checks that the request is what the route serves: a
//     signature has no delimiters and does not say what it was made for.
//  5. Identify. The request gets its principals: everyone, carrier:NAME,
//     account:SID, key:NAME, number:N (that was dialled), and user:NAME with Basic
//     authentication.
//  6. Authorise. The entries of the route, then those of the routes above it, are
//     read in order; the first that matches decides, and if none does the answer
//     is no.
//  7. Answer. The handler finds the Admission in its context. Its answer is held
//     back until it is complete, and must be a TwiML document (or audio).
//  8. Rescue. A request that is refused although it has a signature, a handler that
//     panics, fails, redirects, finds nothing, takes too long or answers no TwiML:
//     each is answered 200 with the rescue document of the route, because a carrier
//     discards the document of any other status. See Kind and Config.Unsigned for
//     who gets a true status code instead.
//  9. Record. One Event a request, without anything that must not be logged.
//
// A route can be on trial before it enforces: see Route.ObserveUntil.
//
// Check does 1 to 6 and is a pure decision; Handler does all of it.
//
// # What it defends against
//
// Forged, changed and re-split requests; signatures made for another host, path or
// account; keys and proxies that nobody configured; parameters that are repeated,
// hidden or misread between two parsers; bodies without limit and clients without
// haste; paths that routers read in two ways; a log that tells too much.
//
// # What it does not do
//
// A signature has no time: a request that was captured can be sent again, and is
// admitted again. Handlers must make the same step for the same request, which
// TwiML applications mostly do. Whoever holds an auth token can sign anything, and
// so can whoever may choose the URLs that the carrier requests on your hosts.
// TLS, and limits on connections, belong to the server in front.
package callgate
