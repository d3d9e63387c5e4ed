// Package phone is a telephone in a terminal: it shows what a caller of package
// carrier's line hears, as it is heard, and turns what is typed into keys, speech
// and hang-ups.
//
// There are two kinds of time. In the telephone's own, which is the default, nothing
// happens while a person thinks: the call runs up to the point where the line waits
// for the caller, and goes on when something was typed. In real time prompts take as
// long as they would, keys interrupt them, and time-outs run out.
//
// What is typed: a digit, * or # is a key. A quotation mark begins speech, which ends
// with the line. Enter is silence. h hangs up. While somebody's telephone rings,
// a, b, n and f let them answer, be busy, not answer, or not exist.
package phone
