package twiml

// Sms sends a text message during the call.
//
// Deprecated: the carrier advises to send messages through its REST API.
//
// Source: twilio.com/docs/voice/twiml/sms.
type Sms struct {
	// To is a number in E.164 form. Default the caller. Warning 14101.
	To string
	// From is one of the account's numbers. Default the number called. Warning 14102.
	From string
	// Action is requested when the message was queued. Default none.
	Action string
	// Method of the action. Default POST. Warning 14104.
	Method Method
	// StatusCallback is a URL that is told whether it arrived. Warning 14105.
	StatusCallback string
	// Body is of at most 1600 characters. Required. Warning 14103.
	Body string
}

func (*Sms) tag() string { return "Sms" }
func (*Sms) verb()       {}

func (s *Sms) code(c *codec) {
	c.str("to", &s.To)
	c.str("from", &s.From)
	c.str("action", &s.Action)
	enum(c, "method", &s.Method)
	c.str("statusCallback", &s.StatusCallback)
	c.body(&s.Body)
}

// Annotate is known only from the carrier's error dictionary (13110 to 13120).
type Annotate struct {
	// BillingReferenceTag is of at most 128 characters. Required.
	BillingReferenceTag BillingReferenceTag
}

// BillingReferenceTag is what an Annotate holds. Error 13120, fatal, when it is
// too long.
type BillingReferenceTag string

func (*Annotate) tag() string     { return "Annotate" }
func (*Annotate) verb()           {}
func (a *Annotate) code(c *codec) { leaf(c, "BillingReferenceTag", &a.BillingReferenceTag) }
