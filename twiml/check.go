package twiml

import "errors"

// Profile is a carrier, or what several have in common.
type Profile string

// The profiles.
const (
	Twilio     Profile = "twilio"
	SignalWire Profile = "signalwire" // cXML
	Telnyx     Profile = "telnyx"     // TeXML
	Somleng    Profile = "somleng"
	Strict     Profile = "strict" // what all of them accept
)

// Profiles lists the profiles, Twilio first.
func Profiles() []Profile { return []Profile{Twilio, SignalWire, Telnyx, Somleng, Strict} }

// Check returns what the carrier would complain of, in the order of the document;
// nothing for a document without fault. A fatal finding of Decode is the only one.
func Check(data []byte, profile Profile) []Finding {
	_, err := Decode(data)
	var f Finding
	if errors.As(err, &f) {
		return []Finding{f}
	}
	return nil
}
