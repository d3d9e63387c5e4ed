package ivr

import "time"

// Event is why the carrier asks for a document: one verified webhook.
type Event struct {
	// Kind is what Sealer.Open returned, or Start for a request without a token.
	Kind EventKind
	// CallSid names the call.
	CallSid string
	// Params are the verified parameters of the webhook.
	Params Params
	// Now is the time of the request.
	Now time.Time
	// Results are the results of effects so far; see Answer.Pending.
	Results []Result
	// Remembered is the name of the language that this caller chose in an earlier
	// call, if that was kept.
	Remembered string
	// Granted are the permissions of this call besides that of the route: whoever runs
	// the program asks the access control list for each of Program.Permissions.
	Granted []string
	// Overrides open or close schedules by name, before their own Override.
	Overrides map[string]Override
}

// Params are the parameters of a webhook. callgate.Params and url.Values are such.
type Params interface{ Get(name string) string }

// EventKind is the kind of a webhook. It is the first character of the token in
// its URL, next to the sealed state.
type EventKind byte

// The kinds of event.
const (
	Start    EventKind = 's' // the first request of a call; it has no token
	Input    EventKind = 'i' // the caller pressed or said something
	Silence  EventKind = 'n' // the caller did not
	Dialled  EventKind = 'd' // a dialled call ended
	Queued   EventKind = 'q' // the caller left a queue
	Waiting  EventKind = 'w' // the caller waits in a queue and is to hear something
	WaitKey  EventKind = 'k' // the caller pressed a key while waiting
	Recorded EventKind = 'r' // a recording ended
	Saved    EventKind = 'v' // a recording can be fetched: a status callback
	Poll     EventKind = 'p' // the filler of a slow look-up was heard
	Whisper  EventKind = 'h' // somebody answered a transfer: a call of its own
	Accept   EventKind = 'a' // and pressed a key
)

// IsStatus reports whether the webhook tells about a call and controls nothing:
// its answer is a status, not a document.
func (k EventKind) IsStatus() bool { return k == Saved }

func (k EventKind) known() bool {
	switch k {
	case Input, Silence, Dialled, Queued, Waiting, WaitKey, Recorded, Saved, Poll, Whisper, Accept:
		return true
	}
	return false
}

// onLeg reports whether the event comes from a dialled person's call, not from the
// caller's.
func (k EventKind) onLeg() bool { return k == Whisper || k == Accept }

// Effect is something to be done outside: a *Lookup, *Booking, *Message or
// *Remember. The first two need a Result before there is a document.
type Effect interface {
	// IdempotencyKey names this effect of this call. The same effect may be asked for
	// again, by a repeated webhook or by a poll; whoever does effects does it once a
	// key, and hands the key on to where it is done.
	IdempotencyKey() string
}

// Lookup is the request of an HTTP node.
type Lookup struct {
	Key     string
	Node    string
	Method  string
	URL     string
	Headers []Header // values are ready; secrets are still names
	Body    []byte   // JSON; nil for none
	// Timeout is for all of it, polls included.
	Timeout time.Duration
	Retries int
	// Cache is for how long the answer may serve the same request of another call.
	Cache time.Duration
}

// Booking is a call that was promised to the caller.
type Booking struct {
	Key      string
	Node     string
	List     string
	Number   string // in E.164 form
	Language string
	Note     string
	Slot     string // when to call, one of the node's Slots
	At       time.Time
}

// Message is a voicemail. There are two of each: when it was recorded, and again,
// Ready, when it can be fetched.
type Message struct {
	Key      string
	Node     string
	Mailbox  string
	Notify   string // who is to be told
	From     string // as the carrier sent it: it may be withheld
	Language string
	URL      string // of the recording; the carrier asks for its own password there
	Sid      string // of the recording
	Seconds  int
	Ready    bool
}

// Remember is a choice of language to be kept for the caller's next calls.
type Remember struct {
	Key      string
	From     string
	Language string
}

// IdempotencyKey returns Key.
func (e *Lookup) IdempotencyKey() string { return e.Key }

// IdempotencyKey returns Key.
func (e *Booking) IdempotencyKey() string { return e.Key }

// IdempotencyKey returns Key.
func (e *Message) IdempotencyKey() string { return e.Key }

// IdempotencyKey returns Key.
func (e *Remember) IdempotencyKey() string { return e.Key }

// Result is how an effect went.
type Result struct {
	// Key is that of the effect.
	Key     string
	Outcome Outcome
	// Status and Body are the answer to a Lookup that is Done, whatever its status.
	Status int
	Body   []byte
}

// Outcome is how far an effect came. The zero Outcome is Done.
type Outcome uint8

// The outcomes.
const (
	Done     Outcome = iota
	Pending          // it goes on; only for a Lookup
	Failed           // there is no answer, or it must not be used
	TimedOut         // it was given up
)
