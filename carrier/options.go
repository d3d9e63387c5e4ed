package carrier

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Options are what the carrier's documentation leaves open, and how the world
// behaves when a test does not say. The zero value has the defaults that the
// comments name.
type Options struct {
	// MaxDocuments is how many documents a call may run without anything from the
	// caller, and without a conversation, before it is ended as a runaway. Default 100. The carrier documents no
	// limit for calls; it has one of 50 for messages (error 14106).
	MaxDocuments int
	// MaxCall is the longest time that a call lasts. Default 4 hours, the carrier's.
	MaxCall time.Duration
	// SpeechRate is how many characters of a Say are spoken a second. Default 15, which
	// is about 180 words of English a minute. Writing systems without spaces count each
	// character as three.
	SpeechRate float64
	// PlayLength is how long a file plays whose length cannot be found out. Default 5 s.
	PlayLength time.Duration
	// MediaFailure is what happens when a file to be played cannot be fetched. Default
	// SkipMedia.
	MediaFailure MediaFailure
	// RingExtra is how much longer than Dial's timeout the carrier rings. Default 5 s,
	// which the documentation gives as an approximation.
	RingExtra time.Duration
	// SpeechAuto is how much silence ends speech when speechTimeout is "auto". Default 1 s.
	SpeechAuto time.Duration
	// EmptyResult is what Gather sends with actionOnEmptyResult when nothing was
	// pressed or said. Default EmptyDigits.
	EmptyResult EmptyResult
	// GatherExtras are parameters that have been seen with Digits and are documented
	// nowhere. Default NoExtras.
	GatherExtras GatherExtras
	// GatherHangUp is what a Gather does when the caller hangs up in the middle of an
	// entry. Default NoRequest.
	GatherHangUp GatherHangUp
	// HTTPErrorCode is what the debugger says of an answer with status 4xx or 5xx: 11200,
	// the default, or 11217, as newer pages have it.
	HTTPErrorCode int
	// Apology is what the caller hears when an application fails. Default the words that
	// field reports give: the carrier documents none.
	Apology string
	// SilentRecording is what a Record that trims silence makes of nothing but silence.
	// Default SilenceKept: the documentation says that silent recordings are saved.
	SilentRecording SilentRecording
	// RecordingReady is how long after its end a recording is ready, which is when its
	// callback is sent. Default 2 s.
	RecordingReady time.Duration
	// MaxQueueSize is reported as such to documents heard in a queue. Default 1000; the
	// carrier's pages say 1000 and 100 (error 14207).
	MaxQueueSize int
	// CancelStatus is the DialCallStatus when the caller hangs up while it rings.
	// Default "canceled".
	CancelStatus string
	// PayAttempts is how often a Pay without maxAttempts asks for each thing. Default 3: an
	// official example has prompts for the attempts 2 and 3, and no maxAttempts.
	PayAttempts int
	// OnRedirect is what is sent when an answer is an HTTP redirect. Default RedirectBare.
	OnRedirect OnRedirect

	// The following say how the world behaves when a test does not.

	// Ring is how long a telephone rings before it is answered. Default 5 s.
	Ring time.Duration
	// Talk is how long a conversation lasts. Default 30 s.
	Talk time.Duration
	// QueueWait is how long a caller waits in a queue. Default 60 s.
	QueueWait time.Duration
	// ConferenceWait is after how long somebody else enters a conference. Default 10 s.
	ConferenceWait time.Duration
	// PayTakes is how long it takes to enter a card. Default 30 s.
	PayTakes time.Duration
	// Session is how long a machine holds the call. Default 10 s.
	Session time.Duration
}

// MediaFailure is what a carrier does when a file cannot be played.
type MediaFailure string

// What can happen when a file cannot be played.
const (
	SkipMedia MediaFailure = "skip" // logged; the call goes on
	FailCall  MediaFailure = "fail" // a fatal error of the call
)

// EmptyResult is what a Gather sends when it has nothing.
type EmptyResult string

// What can be sent when nothing was pressed or said.
const (
	EmptyDigits EmptyResult = "empty-digits" // Digits, with an empty value
	NoDigits    EmptyResult = "no-digits"    // neither Digits nor SpeechResult
)

// GatherExtras are undocumented parameters of a Gather's action.
type GatherExtras string

// What a Gather can send besides.
const (
	NoExtras    GatherExtras = "none"
	FinishedKey GatherExtras = "finished-on-key" // FinishedOnKey, and msg=Gather End
)

// GatherHangUp is what a Gather does when the caller hangs up.
type GatherHangUp string

// What can follow a hang-up.
const (
	NoRequest   GatherHangUp = "no-request"
	SendEntered GatherHangUp = "send-entered" // the action gets the digits so far, with CallStatus completed
)

// SilentRecording is what becomes of silence when nothing else was recorded.
type SilentRecording string

// What can become of silence.
const (
	SilenceKept    SilentRecording = "kept"    // it counts as recorded
	SilenceTrimmed SilentRecording = "trimmed" // the recording has no length
)

// OnRedirect is what follows an HTTP redirect. Documented is only that the
// carrier follows it and does not send Digits again.
type OnRedirect string

// What can be sent after an HTTP redirect.
const (
	RedirectBare     OnRedirect = "bare"     // a GET of the Location as it stands, signed anew
	RedirectStandard OnRedirect = "standard" // a GET with the standard parameters in the query
)

// withDefaults fills in what is zero.
func (o Options) withDefaults() Options {
	set(&o.MaxDocuments, 100)
	set(&o.MaxCall, 4*time.Hour)
	set(&o.SpeechRate, 15)
	set(&o.PlayLength, 5*time.Second)
	set(&o.MediaFailure, SkipMedia)
	set(&o.RingExtra, 5*time.Second)
	set(&o.SpeechAuto, time.Second)
	set(&o.EmptyResult, EmptyDigits)
	set(&o.GatherExtras, NoExtras)
	set(&o.GatherHangUp, NoRequest)
	set(&o.HTTPErrorCode, codeRetrieval)
	set(&o.Apology, apology)
	set(&o.SilentRecording, SilenceKept)
	set(&o.RecordingReady, 2*time.Second)
	set(&o.MaxQueueSize, 1000)
	set(&o.CancelStatus, "canceled")
	set(&o.PayAttempts, 3)
	set(&o.OnRedirect, RedirectBare)
	set(&o.Ring, 5*time.Second)
	set(&o.Talk, 30*time.Second)
	set(&o.QueueWait, 60*time.Second)
	set(&o.ConferenceWait, 10*time.Second)
	set(&o.PayTakes, 30*time.Second)
	set(&o.Session, 10*time.Second)
	return o
}

func set[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

// Check reports everything that is wrong with the options.
func (o Options) Check() error {
	var errs []error
	bad := func(field string, value any, want string) {
		errs = append(errs, fmt.Errorf("carrier: Options.%s is %v: it must be %s", field, value, want))
	}
	if o.MaxDocuments < 0 {
		bad("MaxDocuments", o.MaxDocuments, "positive, or 0 for the default")
	}
	if o.SpeechRate < 0 {
		bad("SpeechRate", o.SpeechRate, "positive, or 0 for the default")
	}
	if o.MaxQueueSize < 0 {
		bad("MaxQueueSize", o.MaxQueueSize, "positive, or 0 for the default")
	}
	if o.PayAttempts < 0 || o.PayAttempts > 3 {
		bad("PayAttempts", o.PayAttempts, "from 1 to 3, or 0 for the default")
	}
	o.checkTimes(bad)
	if !oneOf(o.HTTPErrorCode, 0, codeRetrieval, codeStatus) {
		bad("HTTPErrorCode", o.HTTPErrorCode, "11200 or 11217")
	}
	for _, w := range []struct {
		field, value string
		words        []string
	}{
		{"GatherExtras", string(o.GatherExtras), []string{string(NoExtras), string(FinishedKey)}},
		{"GatherHangUp", string(o.GatherHangUp), []string{string(NoRequest), string(SendEntered)}},
		{"MediaFailure", string(o.MediaFailure), []string{string(SkipMedia), string(FailCall)}},
		{"EmptyResult", string(o.EmptyResult), []string{string(EmptyDigits), string(NoDigits)}},
		{"SilentRecording", string(o.SilentRecording), []string{string(SilenceKept), string(SilenceTrimmed)}},
		{"OnRedirect", string(o.OnRedirect), []string{string(RedirectBare), string(RedirectStandard)}},
		{"CancelStatus", o.CancelStatus, []string{"canceled", "no-answer", "completed"}},
	} {
		if w.value != "" && !oneOf(w.value, w.words...) {
			bad(w.field, w.value, strings.Join(w.words, " or "))
		}
	}
	return errors.Join(errs...)
}

// checkTimes demands that no length is negative.
func (o Options) checkTimes(bad func(field string, value any, want string)) {
	for _, d := range []struct {
		field string
		value time.Duration
	}{
		{"MaxCall", o.MaxCall}, {"PlayLength", o.PlayLength}, {"RingExtra", o.RingExtra},
		{"SpeechAuto", o.SpeechAuto}, {"RecordingReady", o.RecordingReady}, {"Ring", o.Ring}, {"Talk", o.Talk},
		{"QueueWait", o.QueueWait}, {"ConferenceWait", o.ConferenceWait}, {"PayTakes", o.PayTakes}, {"Session", o.Session},
	} {
		if d.value < 0 {
			bad(d.field, d.value, "positive, or 0 for the default")
		}
	}
}

func oneOf[T comparable](v T, list ...T) bool {
	for _, w := range list {
		if v == w {
			return true
		}
	}
	return false
}
