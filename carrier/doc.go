// Package carrier is a simulated telephone carrier. It calls a TwiML server, in
// any language, as the carrier would: it requests the documents with signed
// webhooks, runs their verbs, and lets a test, a script or a person be the caller
// and the parties that the line dials.
//
// # The interpreter
//
// Begin and Step are a pure interpreter of TwiML: a State and an Event make a
// State and Effects. It has a virtual clock, no network and no randomness, so the
// same events make the same call. What it does when is the carrier's documented
// behaviour, with the page named where it is implemented; what the documentation
// leaves open is a field of Options.
//
// # The line
//
// A Line is a number with its webhooks. Line.Call places a call over HTTP: each
// request is signed over the public URL, cookies are kept for the call, redirects
// followed (which loses Digits), answers judged by status, content type and size,
// failures retried as the connection overrides say, and fatal errors taken to the
// fallback URL or to the carrier's apology. Faults can be ordered. Time is virtual:
// a three-minute call takes milliseconds.
//
// A Call is driven from the caller's side with Hear, Press, Say, Silence, Dials,
// Record and HangUp, which return a Miss, with the transcript, when the line does
// something else. Underneath are Step, which lets time pass, and Do, which makes
// something happen.
//
//	line, err := carrier.NewLine(carrier.Config{
//		Token:    "…",
//		VoiceURL: "https://ivr.example.org/voice",
//		Server:   "http://127.0.0.1:8080",
//	})
//	call, err := line.Call(ctx, carrier.Caller{From: "+15550100"})
//	err = call.Hear("press 1 for sales")
//	err = call.Press("1")
//	end, err := call.Finish()
//
// # Limits
//
// It carries no sound: how long a prompt is heard is computed from a file's
// header or estimated from its text. A Pay asks for a card without the carrier's
// dialogue. Of media streams only the signed handshake is made.
package carrier
