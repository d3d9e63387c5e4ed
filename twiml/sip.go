package twiml

// Sip is a SIP address to dial.
//
// Source: twilio.com/docs/voice/twiml/sip.
type Sip struct {
	Username string
	Password string
	// URL is a document that the called party hears first, as that of Number.
	URL string
	// Method of URL. Default POST. Warning 13241.
	Method Method
	// StatusCallback reports the progress of this call. Default event CallCompleted.
	StatusCallback StatusCallback
	// AnsweringMachine asks whether a machine answered.
	AnsweringMachine MachineDetection
	// URI such as "sip:kate@example.com;transport=tls", with headers after a "?".
	// Required unless there are URIs. Warning 13243.
	URI string
	// URIs are known from the carrier's libraries only, as are Headers.
	URIs    []URI
	Headers *Headers
}

func (*Sip) tag() string { return "Sip" }
func (*Sip) noun()       {}

func (n *Sip) code(c *codec) {
	c.str("username", &n.Username)
	c.str("password", &n.Password)
	c.str("url", &n.URL)
	enum(c, "method", &n.Method)
	n.StatusCallback.code(c)
	n.AnsweringMachine.code(c)
	c.body(&n.URI)
	parts(c, &n.URIs)
	single(c, &n.Headers)
}

// URI is <Uri>, one of several addresses of a Sip.
type URI struct {
	Username string
	Password string
	Priority string
	Weight   string
	// URI is the address. Required.
	URI string
}

func (*URI) tag() string { return "Uri" }

func (u *URI) code(c *codec) {
	c.str("username", &u.Username)
	c.str("password", &u.Password)
	c.str("priority", &u.Priority)
	c.str("weight", &u.Weight)
	c.body(&u.URI)
}

// Headers is <Headers>: what is added to the INVITE of a Sip.
type Headers struct{ Headers []Header }

func (*Headers) tag() string     { return "Headers" }
func (h *Headers) code(c *codec) { parts(c, &h.Headers) }

// Header is one SIP header.
type Header struct {
	Name  string // required
	Value string // required, may be empty
}

func (*Header) tag() string { return "Header" }

func (h *Header) code(c *codec) {
	c.required("name", &h.Name)
	c.required("value", &h.Value)
}

// Refer transfers a caller who came by SIP to another SIP address, out of the
// carrier's hands; on other calls it is error 13801.
//
// Source: twilio.com/docs/voice/twiml/refer.
type Refer struct {
	// Action is requested with ReferCallStatus, ReferSipResponseCode and
	// NotifySipResponseCode at the end of the transfer. Default none.
	Action string
	// Method of the action. Default POST.
	Method Method
	// Sip is the address to go to. Required.
	Sip ReferSip
}

// ReferSip is the Sip of a Refer: an address such as "sip:alice@example.com", and
// unlike that of Dial nothing else.
type ReferSip string

func (*Refer) tag() string { return "Refer" }
func (*Refer) verb()       {}

func (r *Refer) code(c *codec) {
	c.str("action", &r.Action)
	enum(c, "method", &r.Method)
	leaf(c, "Sip", &r.Sip)
}
