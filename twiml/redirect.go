package twiml

// Redirect goes on with another document. What follows it is never reached.
//
// Source: twilio.com/docs/voice/twiml/redirect.
type Redirect struct {
	// Method of the request. Default POST. Warning 13710.
	Method Method
	// URL of the document, absolute or relative to this one. Empty requests this one
	// again.
	URL string
}

func (*Redirect) tag() string { return "Redirect" }
func (*Redirect) verb()       {}

func (r *Redirect) code(c *codec) {
	enum(c, "method", &r.Method)
	c.body(&r.URL)
}

// Reject refuses the call, but only as the first verb of its first document: there
// it is the one verb that does not answer, and the one that costs nothing.
//
// Source: twilio.com/docs/voice/twiml/reject.
type Reject struct {
	// Reason is what the caller hears. Default Rejected, a message that the number is
	// not in service.
	Reason RejectReason
	// Parameters are known from the carrier's libraries and examples only.
	Parameters []Parameter
}

// RejectReason is what the caller of a rejected call hears.
type RejectReason string

// The reasons of Reject.
const (
	Rejected RejectReason = "rejected"
	Busy     RejectReason = "busy"
)

func (*Reject) tag() string { return "Reject" }
func (*Reject) verb()       {}

func (r *Reject) code(c *codec) {
	enum(c, "reason", &r.Reason)
	parts(c, &r.Parameters)
}

// Hangup ends the call. As the first verb it answers, and bills, first.
//
// Source: twilio.com/docs/voice/twiml/hangup.
type Hangup struct {
	// Parameters are known from the carrier's libraries and examples only.
	Parameters []Parameter
}

func (*Hangup) tag() string     { return "Hangup" }
func (*Hangup) verb()           {}
func (h *Hangup) code(c *codec) { parts(c, &h.Parameters) }

// Echo sends the caller's voice back. It is known from the carrier's libraries only.
type Echo struct{}

func (*Echo) tag() string     { return "Echo" }
func (*Echo) verb()           {}
func (e *Echo) code(c *codec) {}
