// Package signers judges requests that the carrier's own libraries have signed.
//
// A seeded generator makes requests of every shape that the carrier sends, and
// shapes that it never should. python3-twilio and the npm package twilio sign
// them, each with its own code, as the carrier would. "callgate verify --jsonl"
// must then find each as the documents say: valid, or refused for the reason
// written beside the case. From every valid request others are derived by one
// change that alters what was signed, and each of these must be refused.
//
// Where a library itself departs from the carrier's rule, a probe finds that out
// and the expected verdict follows from the departure; see departures.
package signers
