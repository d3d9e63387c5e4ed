package twiml

// Number is a telephone number to dial.
//
// Source: twilio.com/docs/voice/twiml/number.
type Number struct {
	// SendDigits are keys sent after the answer, for an extension: as Play's Digits.
	// Warning 13222.
	SendDigits string
	// URL is a document that the called party hears before the two are connected:
	// Say, Play, Gather, Hangup, Pause and Redirect. If it hangs up, they are not.
	URL string
	// Method of URL. Default POST. Warning 13221.
	Method Method
	// BYOC is the SID (BY…) of a trunk of one's own.
	BYOC string
	// StatusCallback reports the progress of this call. Default event CallCompleted.
	StatusCallback StatusCallback
	// AnsweringMachine asks whether a machine answered.
	AnsweringMachine MachineDetection
	// Number in E.164 form, such as "+15558675310". Required. Warning 13223.
	Number string
}

func (*Number) tag() string { return "Number" }
func (*Number) noun()       {}

func (n *Number) code(c *codec) {
	c.str("sendDigits", &n.SendDigits)
	c.str("url", &n.URL)
	enum(c, "method", &n.Method)
	c.str("byoc", &n.BYOC)
	n.StatusCallback.code(c)
	n.AnsweringMachine.code(c)
	c.body(&n.Number)
}

// MachineDetection asks the carrier whether a person or a machine answered. Its
// fields are the attributes machineDetection, machineDetectionTimeout and so on.
type MachineDetection struct {
	// Mode is MachineEnable or MachineMessageEnd. Default: no detection.
	Mode MachineMode
	// Timeout is in seconds, from 3 to 60. Default 30.
	Timeout int
	// SpeechThreshold is in milliseconds, from 1000 to 6000. Default 2400: longer
	// speech is a machine's.
	SpeechThreshold int
	// SpeechEndThreshold is in milliseconds, from 500 to 5000. Default 1200: so much
	// silence ends the speech.
	SpeechEndThreshold int
	// SilenceTimeout is in milliseconds, from 2000 to 10000. Default 5000: so much
	// silence at the start gives up.
	SilenceTimeout int
	// Callback is a URL that gets the result, written as amdStatusCallback.
	Callback string
	// CallbackMethod is POST by default.
	CallbackMethod Method
}

// MachineMode says when machine detection reports.
type MachineMode string

// The modes of machine detection.
const (
	MachineEnable     MachineMode = "Enable"           // at once
	MachineMessageEnd MachineMode = "DetectMessageEnd" // for a machine, after its greeting
)

func (m *MachineDetection) code(c *codec) {
	enum(c, "machineDetection", &m.Mode)
	c.num("machineDetectionTimeout", &m.Timeout)
	c.num("machineDetectionSpeechThreshold", &m.SpeechThreshold)
	c.num("machineDetectionSpeechEndThreshold", &m.SpeechEndThreshold)
	c.num("machineDetectionSilenceTimeout", &m.SilenceTimeout)
	c.str("amdStatusCallback", &m.Callback)
	enum(c, "amdStatusCallbackMethod", &m.CallbackMethod)
}

// Client is an application that is registered with the carrier's Voice SDK.
//
// Source: twilio.com/docs/voice/twiml/client.
type Client struct {
	// URL is a document that the called party hears first, as that of Number.
	URL string
	// Method of URL. Default POST.
	Method Method
	// StatusCallback reports the progress of this call. Default event CallCompleted.
	StatusCallback StatusCallback
	// Name is the identity as text. Use Identity when there are Parameters.
	Name string
	// Identity is the identity as a child element.
	Identity Identity
	// Parameters are handed to the application.
	Parameters []Parameter
}

// Identity is the name that a Client is registered by.
type Identity string

func (*Client) tag() string { return "Client" }
func (*Client) noun()       {}

func (n *Client) code(c *codec) {
	c.str("url", &n.URL)
	enum(c, "method", &n.Method)
	n.StatusCallback.code(c)
	c.body(&n.Name)
	leaf(c, "Identity", &n.Identity)
	parts(c, &n.Parameters)
}

// Queue takes the next caller out of a queue that Enqueue put them in.
//
// Source: twilio.com/docs/voice/twiml/queue.
type Queue struct {
	// URL is a document that the waiting caller hears before the two are connected:
	// Play, Say, Pause and Redirect. Error 14211, fatal.
	URL string
	// Method of URL. Default POST. Error 14210, fatal.
	Method Method
	// ReservationSid is a reservation of TaskRouter (WR…). Error 14215, fatal.
	ReservationSid string
	// PostWorkActivitySid is an activity of TaskRouter (WA…).
	PostWorkActivitySid string
	// Name of the queue, of 1 to 64 characters. Required. Errors 14212, 14213, fatal.
	Name string
}

func (*Queue) tag() string { return "Queue" }
func (*Queue) noun()       {}

func (n *Queue) code(c *codec) {
	c.str("url", &n.URL)
	enum(c, "method", &n.Method)
	c.str("reservationSid", &n.ReservationSid)
	c.str("postWorkActivitySid", &n.PostWorkActivitySid)
	c.body(&n.Name)
}

// Sim is a telephone with a SIM card of the carrier.
type Sim struct {
	// Sid of the card (DE…). Required.
	Sid string
}

func (*Sim) tag() string     { return "Sim" }
func (*Sim) noun()           {}
func (n *Sim) code(c *codec) { c.body(&n.Sid) }

// Application is a TwiML application of this or another account.
//
// Source: twilio.com/docs/voice/twiml/application.
type Application struct {
	URL string
	// Method of URL. Default POST.
	Method     Method
	CustomerID string
	// CopyParentTo gives the application the To of the call. Default False.
	CopyParentTo Bool
	// StatusCallback reports the progress of this call. Default event CallCompleted.
	StatusCallback StatusCallback
	// Text is an old form of ApplicationSid.
	Text           string
	ApplicationSid ApplicationSid
	// Parameters are handed to the application.
	Parameters []Parameter
}

// ApplicationSid is the SID (AP…) of an Application.
type ApplicationSid string

func (*Application) tag() string { return "Application" }
func (*Application) noun()       {}

func (n *Application) code(c *codec) {
	c.str("url", &n.URL)
	enum(c, "method", &n.Method)
	c.str("customerId", &n.CustomerID)
	enum(c, "copyParentTo", &n.CopyParentTo)
	n.StatusCallback.code(c)
	c.body(&n.Text)
	leaf(c, "ApplicationSid", &n.ApplicationSid)
	parts(c, &n.Parameters)
}

// WhatsApp is a WhatsApp account to ring.
type WhatsApp struct {
	URL string
	// Method of URL. Default POST.
	Method Method
	// StatusCallback reports the progress of this call. Default event CallCompleted.
	StatusCallback StatusCallback
	// Number of the account. Required.
	Number string
}

func (*WhatsApp) tag() string { return "WhatsApp" }
func (*WhatsApp) noun()       {}

func (n *WhatsApp) code(c *codec) {
	c.str("url", &n.URL)
	enum(c, "method", &n.Method)
	n.StatusCallback.code(c)
	c.body(&n.Number)
}
