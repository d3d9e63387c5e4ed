// Package twiml writes, reads and checks TwiML, the XML documents by which a
// program tells a telephone carrier what to do with a call.
//
// # Writing
//
// A Response holds verbs, one Go type each, and verbs hold nouns and prompts:
//
//	doc := twiml.New(
//		&twiml.Gather{
//			Action:    "https://example.com/menu",
//			Method:    twiml.POST,
//			NumDigits: 1,
//			Prompts:   []twiml.Audio{&twiml.Say{Text: "Press 1 for opening hours."}},
//		},
//		&twiml.Redirect{URL: "https://example.com/menu?silent=1"},
//	)
//	body, err := doc.Bytes()
//
// A field's zero value leaves the attribute out and the carrier's default, which
// the field's comment names, applies. Where the carrier gives 0 or the empty
// string a meaning of its own the field is an Opt: FinishOnKey: twiml.Set("").
// Equal documents give equal bytes: attributes are written in a fixed order.
//
// What cannot be read back is not written. A character that XML forbids, such as
// U+0000 from a database, is an error that names the place; it is not dropped or
// replaced. A Gather, Record or Pay without an Action is an error too: the carrier
// would request the same document again and loop, where Dial, Enqueue, Refer and
// Connect go on with the next verb.
//
// # Reading
//
// Decode gives a tree of Elements with their places. It fails where the carrier
// would give up before the first verb, and only there, so a tree may hold what the
// carrier warns of. Parse gives the typed form and refuses what that cannot hold.
//
// # Checking
//
// Check says what a carrier would complain of, with the carrier's own codes, line
// and column. A Profile chooses the carrier: Twilio and those that took its
// language over, each without some of the verbs, or Strict, what all of them do.
// After a warning the call goes on without the thing complained of. A fatal
// finding ends the call or takes it to the number's fallback URL.
//
// # Sources
//
// "The carrier" in comments is Twilio. The facts come from its documentation, its
// error dictionary and its helper libraries; the comment of a type names the page,
// and one such as "Warning 13313" the code for a bad value. Where a comment calls a
// thing known from the libraries only, the documentation does not describe it. The
// defaults of Say, Play, Pause, Gather, Record, Redirect, Reject, Hangup, Leave,
// Enqueue, Dial, Number, Queue, Conference, Refer and Pay are those of the
// documentation, those of the other types come from the libraries.
//
// What the other carriers lack is in their documentation, or for Somleng in its
// source. Findings for them use Twilio's codes, since they publish none.
package twiml
