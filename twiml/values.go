package twiml

// Opt is an attribute that may be left out, or there with any value, the empty
// string and 0 included. The zero Opt leaves the attribute out:
//
//	twiml.Gather{Action: url, FinishOnKey: twiml.Set("")} // no key ends the entry
//	twiml.Gather{Action: url}                             // "#" does, the carrier's default
type Opt[T comparable] struct {
	value T
	set   bool
}

// Set makes an attribute that is there with this value.
func Set[T comparable](v T) Opt[T] { return Opt[T]{value: v, set: true} }

// Get returns the value, and whether the attribute is there.
func (o Opt[T]) Get() (T, bool) { return o.value, o.set }

// Bool is an attribute that is true, false or, the zero Bool, left out. What the
// carrier does when it is left out is not always false.
type Bool string

// The values of Bool, the only two spellings the carrier takes.
const (
	True  Bool = "true"
	False Bool = "false"
)

// Method is the HTTP method of a request that the carrier makes. It is POST
// everywhere when left out.
type Method string

// The two methods.
const (
	GET  Method = "GET"
	POST Method = "POST"
)

// Seconds is a number of seconds, or Auto. The zero Seconds leaves the attribute out.
type Seconds int

// Auto lets the carrier tell by the speech when the caller has finished.
const Auto Seconds = -1

// CurrentDocument as the Action of a Gather, Record or Pay says that the carrier
// shall request the current document again. That is what it does when there is no
// action, and so it is written as none. It is not a URL and means nothing elsewhere.
const CurrentDocument = "<current document>"

// Trim says whether silence is cut from both ends of a recording.
type Trim string

// The values of Trim.
const (
	TrimSilence Trim = "trim-silence"
	DoNotTrim   Trim = "do-not-trim"
)

// RecordingEvent is a set of the moments that a recording callback is sent at:
// join them with "|".
type RecordingEvent uint16

// The moments of a recording.
const (
	RecordingInProgress RecordingEvent = 1 << iota // the recording began
	RecordingCompleted                             // it can be fetched; the default
	RecordingAbsent                                // there was nothing to record
)

var recordingEvents = []string{"in-progress", "completed", "absent"}

// CallEvent is a set of the moments of a dialled call that a status callback is
// sent at: join them with "|". The carrier does not deliver them in order.
type CallEvent uint16

// The moments of a dialled call.
const (
	CallInitiated CallEvent = 1 << iota // the call left for the network
	CallRinging                         // it rings
	CallAnswered                        // it was answered
	CallCompleted                       // it ended, for whatever reason; the default
)

var callEvents = []string{"initiated", "ringing", "answered", "completed"}

// StatusCallback is where the carrier reports the progress of a dialled call.
// It does not control the call.
type StatusCallback struct {
	URL    string // of the callback; none when empty
	Method Method // default POST
	Events CallEvent
}

func (s *StatusCallback) code(c *codec) {
	c.str("statusCallback", &s.URL)
	enum(c, "statusCallbackMethod", &s.Method)
	list(c, "statusCallbackEvent", &s.Events, callEvents)
}

// RecordingCallback is where the carrier reports that a recording can be
// fetched: often later than the action of the verb, which names its URL already.
type RecordingCallback struct {
	URL    string         // of the callback; none when empty
	Method Method         // default POST
	Events RecordingEvent // default RecordingCompleted; any other value is error 13621
}

func (r *RecordingCallback) code(c *codec) {
	c.str("recordingStatusCallback", &r.URL)
	enum(c, "recordingStatusCallbackMethod", &r.Method)
	list(c, "recordingStatusCallbackEvent", &r.Events, recordingEvents)
}

// Parameter is a name and a value that go along with a call, a stream or a session.
type Parameter struct {
	Name  string // required
	Value string // required, may be empty
}

func (*Parameter) tag() string { return "Parameter" }

func (p *Parameter) code(c *codec) {
	c.required("name", &p.Name)
	c.required("value", &p.Value)
}

// Config is a setting of a VirtualAgent or Transcription, by name.
type Config struct {
	Name  string
	Value string
}

func (*Config) tag() string { return "Config" }

func (f *Config) code(c *codec) {
	c.str("name", &f.Name)
	c.str("value", &f.Value)
}
