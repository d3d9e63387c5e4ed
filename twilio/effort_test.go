package twilio_test

import "flag"

// exhaustive makes the tests of readings try all readings of all captures, which
// takes the better part of an hour; without it, all of some captures and some of
// others.
var exhaustive = flag.Bool("exhaustive", false, "try all readings of all captures")

// effort returns how often to try: usual, or all with -exhaustive, or a tenth
// under the race detector, which makes everything ten times slower and finds
// nothing in repetition.
func effort(usual, all int) int {
	switch {
	case *exhaustive:
		return all
	case raceDetector:
		return usual / 10
	}
	return usual
}
