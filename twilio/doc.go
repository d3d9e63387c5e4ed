// Package twilio decides whether Twilio signed a request, and signs requests as
// Twilio does.
//
// # What is signed
//
// The header X-Twilio-Signature is the base64 of an HMAC-SHA1, keyed with the
// account's primary auth token, over
//
//   - the address as the carrier requested it, with its query and without its
//     fragment, and
//   - for a form, each parameter's decoded name and value, sorted by the bytes of
//     the name, with nothing between them. The values of a repeated name are
//     sorted too, and each counts once. An empty value counts.
//
// A GET is signed by its address alone. Of a JSON body the address carries the
// SHA-256 in the parameter bodySHA256. A WebSocket handshake is signed as the GET
// of its wss address. Nothing signs any other body, so a request with one is
// refused, whatever its header says.
// (https://www.twilio.com/docs/usage/security#validating-requests)
//
// # Why bytes
//
// One byte that differs makes another signature, and every URL parser changes
// some: the case of an escape, a trailing question mark, an apostrophe. This
// package cuts strings and never puts an address together again. The caller
// gives the address as the carrier knows it (the gate of package callgate finds
// it); the package tries that one first and then, from a closed list, only the
// spellings which the carrier's documents leave open or contradict by product:
// with and without the port, without the userinfo, the bare origin for the root
// path, and for a WebSocket one trailing slash more or less. Proof.Form says
// which one matched. Case, escapes and the order of the query must be as signed.
//
// # What a signature does not prove
//
// It has no time, so an old request is as good as a new one. It does not cover
// the method, the headers, or where a parameter starts and ends:
//
//	Digits=1&From=+1415     and     Digits=1From+1415
//
// are the same signed bytes, and a captured form can be replayed as a GET whose
// path ends in all its parameters. The carrier signs every address it is given
// with one and the same key, so who may choose a callback address may have it
// signed. And an empty key makes signatures that anyone can make; New refuses it.
//
// # The profile
//
// ProfileVoice, the default, closes what can be closed without memory. After the
// signature it asks that a request be what its Kind says:
//
//   - KindVoice: a form or a GET with AccountSid, ApiVersion, CallSid, CallStatus,
//     Direction, From and To.
//   - KindStatus: a form or a GET with AccountSid and a CallSid or ConferenceSid,
//     or a JSON body.
//   - KindStream: a WebSocket handshake. Only the ws or wss address is tried for
//     one, so that no signature of a webhook can open a stream, nor the other way
//     round.
//
// Each name occurs once, and each known value has the carrier's form. AccountSid
// is that of the key, if the key has one. The address of a request with a body
// carries no parameter of the carrier. AccountSid with an account, which is where
// the signed parameters of a form begin, stands nowhere else in what is signed:
// not in the address, where someone might have had it signed to cut the address
// there, nor in a value. And the parameters must be the one right reading of the
// signed bytes: of all ways to cut them into known names and well formed values,
// in order and with none of the seven missing, the one with the most known
// parameters. When two are equally good, none is admitted. Two admitted requests
// with the same signature have therefore the same method, the same address and
// the same known parameters.
//
// An unknown parameter is admitted where it cannot belong to the value before it,
// so that one which the carrier adds some day does not silence a line. But where
// its own name ends cannot be told from the bytes, nor where the name of a SIP
// header ends behind "SipHeader_". Do not decide by such a parameter before it
// is listed in Config.ExtraParams, which makes it known.
//
// What remains is a request that is sent twice, and text that someone chose to
// look like parameters: a caller who writes, say, "Digits1" where the carrier
// puts it directly before Direction makes bytes whose right reading has the
// parameter Digits. Then his own call is refused, and the other reading would be
// admitted from whoever had seen the signature.
//
// ProfileSignature checks the signature alone, for requests that are no voice
// webhooks; then all of the above is the caller's to check.
//
// # Keys
//
// Config.Keys are all live tokens: around the promotion of a new token the new
// one and the old one, and those of subaccounts, which sign their own traffic.
// The AccountSid of the request says which to try first and is believed in
// nothing else; all are tried. A comparison takes the same time wherever the
// bytes differ.
package twilio
