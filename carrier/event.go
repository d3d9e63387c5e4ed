package carrier

import "time"

// Event is what happens to a call from outside. All but Tick happen at the
// time that the state's clock shows.
type Event interface{ event() }

// Tick lets time pass: the clock goes to At or, when something is due before,
// only up to that and it happens. Repeat it until Now is At.
type Tick struct{ At time.Duration }

// Answered is the answer to a Request.
type Answered struct {
	ID int
	// Code is why there is no answer, a number of the error dictionary such as
	// 11205, and Message its words; 0 when there is one.
	Code    int
	Message string
	// Status, ContentType and Body are those of the answer.
	Status      int
	ContentType string
	Body        []byte
	// URL is where the answer came from, after HTTP redirects. Empty stands for the
	// request's own URL.
	URL string
}

// Fetched is what came of a Fetch.
type Fetched struct {
	ID int
	// Lasts is how long the file plays.
	Lasts time.Duration
	// Code is why there is no file to play, such as 11200 or 13420, or 0.
	Code    int
	Message string
}

// SocketOpened is what came of a Socket.
type SocketOpened struct {
	ID      int
	Code    int // why the handshake failed, such as 31920, or 0
	Message string
}

// Key is one key that a party presses: 0-9, * or #. Leg 0 is the caller.
type Key struct {
	Leg int
	Key byte
}

// Speech is something that the caller says, as a recogniser would hear it.
type Speech struct {
	Text string
	// Confidence is from 0 to 1; 0 stands for 0.9.
	Confidence float64
	// Lasts is how long it takes to say; 0 stands for an estimate from the text.
	Lasts time.Duration
}

// HangUp is a party hanging up. Leg 0 is the caller.
type HangUp struct{ Leg int }

// CalleeDoes says what the party of a LegStarted does.
type CalleeDoes struct {
	Leg int
	Callee
}

// CalleeRefers is a SIP REFER from the party that the caller talks to.
type CalleeRefers struct{ Target string }

// QueueDoes says what becomes of a caller who was Queued.
type QueueDoes struct{ Queue }

// ConferenceDoes says what becomes of a caller who was Conferenced.
type ConferenceDoes struct{ Conference }

// PayDoes is the result of a Pay.
type PayDoes struct{ Payment }

// SessionEnds is the end of a Session.
type SessionEnds struct{ SessionResult }

// ReferDoes is what came of a Referred.
type ReferDoes struct{ ReferResult }

func (Tick) event()           {}
func (Answered) event()       {}
func (Fetched) event()        {}
func (SocketOpened) event()   {}
func (Key) event()            {}
func (Speech) event()         {}
func (HangUp) event()         {}
func (CalleeDoes) event()     {}
func (CalleeRefers) event()   {}
func (QueueDoes) event()      {}
func (ConferenceDoes) event() {}
func (PayDoes) event()        {}
func (SessionEnds) event()    {}
func (ReferDoes) event()      {}
