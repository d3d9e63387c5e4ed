// Package callscript runs telephone calls that are written down: what the caller
// hears, presses and says, what others do, what goes wrong, and how it must end.
//
// A file is a suite of cases:
//
//	url: https://ivr.example.org/voice
//	defaults: {from: "+15550100", to: "+15550199"}
//	cases:
//	  - name: billing, one wrong key
//	    steps:
//	      - hear: press 1 for sales
//	      - press: 7
//	      - hear: not a valid choice
//	      - press: 2
//	      - dial: {to: +15550123, answer: busy}
//	      - hear: leave a message
//	      - record: {seconds: 12, end: hangup}
//	    expect: {end: caller-hangup, warnings: [], requests: <=9}
//
// Load reads it and reports all faults with their lines. Run plays the cases,
// several at once, on the virtual time of package carrier. What answers is an
// Opener's business: a server anywhere, or a flow in this process, which Flow is for.
//
// The reports are for people, for machines (JSON) and for continuous integration
// (JUnit's XML). Record turns a call that somebody made into a case.
package callscript
