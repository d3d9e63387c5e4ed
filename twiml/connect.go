package twiml

// Connect hands the call to a machine until the session ends. With an Action
// that is requested then, otherwise the next verb follows.
//
// Source: twilio.com/docs/voice/twiml/connect.
type Connect struct {
	// Action is requested at the end of the session. Default none.
	Action string
	// Method of the action. Default POST.
	Method Method
	// Noun is what it is connected to. Required, exactly one.
	Noun Connected
}

// Connected is what a Connect can connect to.
type Connected interface {
	element
	connected()
}

func newConnected(name string) Connected {
	switch name {
	case "Stream":
		return new(Stream)
	case "ConversationRelay":
		return new(ConversationRelay)
	case "VirtualAgent":
		return new(VirtualAgent)
	case "Room":
		return new(Room)
	case "Conversation":
		return new(Conversation)
	case "Autopilot":
		return new(Autopilot)
	case "AiSession":
		return new(AiSession)
	case "Assistant":
		return new(Assistant)
	case "ConversationRelaySession":
		return new(ConversationRelaySession)
	}
	return nil
}

func (*Connect) tag() string { return "Connect" }
func (*Connect) verb()       {}

func (n *Connect) code(c *codec) {
	c.str("action", &n.Action)
	enum(c, "method", &n.Method)
	if !c.reading() {
		c.put(n.Noun, 1)
		return
	}
	for el := range c.in.Elements() {
		if e := newConnected(el.Name); e != nil && n.Noun == nil && c.child(el, e) {
			n.Noun = e
		}
	}
	if n.Noun == nil {
		c.complain(c.in, c.in.Line, c.in.Col, "", "<Connect> holds no noun")
	}
}

// VirtualAgent is a Dialogflow agent. It is known from the carrier's libraries
// and examples only.
type VirtualAgent struct {
	ConnectorName        string
	Language             string
	SentimentAnalysis    Bool
	StatusCallback       string // URL
	StatusCallbackMethod Method // default POST
	Configs              []Config
	Parameters           []Parameter
}

func (*VirtualAgent) tag() string { return "VirtualAgent" }
func (*VirtualAgent) connected()  {}

func (n *VirtualAgent) code(c *codec) {
	c.str("connectorName", &n.ConnectorName)
	c.str("language", &n.Language)
	enum(c, "sentimentAnalysis", &n.SentimentAnalysis)
	c.str("statusCallback", &n.StatusCallback)
	enum(c, "statusCallbackMethod", &n.StatusCallbackMethod)
	parts(c, &n.Configs)
	parts(c, &n.Parameters)
}

// Room is a video room, known from the carrier's libraries and examples only.
type Room struct {
	ParticipantIdentity string
	Name                string
}

func (*Room) tag() string { return "Room" }
func (*Room) connected()  {}

func (n *Room) code(c *codec) {
	c.str("participantIdentity", &n.ParticipantIdentity)
	c.body(&n.Name)
}

// Conversation is a conversation of the carrier's service of that name, known
// from its libraries and examples only.
type Conversation struct {
	InboundAutocreation      Bool
	InboundTimeout           Opt[int]
	Method                   Method
	Record                   DialRecord
	RecordingCallback        RecordingCallback
	RoutingAssignmentTimeout Opt[int]
	ServiceInstanceSid       string // IS…
	StatusCallback           string // URL
	StatusCallbackMethod     Method
	StatusCallbackEvents     ConversationEvent
	Trim                     Trim
	URL                      string
}

// ConversationEvent is a set of what a Conversation's callback is told: join them
// with "|".
type ConversationEvent uint16

// What happens in a Conversation.
const (
	ConversationInitiated ConversationEvent = 1 << iota
	ConversationRinging
	ConversationAnswered
	ConversationCompleted
)

var conversationEvents = []string{"call-initiated", "call-ringing", "call-answered", "call-completed"}

func (*Conversation) tag() string { return "Conversation" }
func (*Conversation) connected()  {}

func (n *Conversation) code(c *codec) {
	enum(c, "inboundAutocreation", &n.InboundAutocreation)
	c.optNum("inboundTimeout", &n.InboundTimeout)
	enum(c, "method", &n.Method)
	enum(c, "record", &n.Record)
	n.RecordingCallback.code(c)
	c.optNum("routingAssignmentTimeout", &n.RoutingAssignmentTimeout)
	c.str("serviceInstanceSid", &n.ServiceInstanceSid)
	c.str("statusCallback", &n.StatusCallback)
	enum(c, "statusCallbackMethod", &n.StatusCallbackMethod)
	list(c, "statusCallbackEvent", &n.StatusCallbackEvents, conversationEvents)
	enum(c, "trim", &n.Trim)
	c.str("url", &n.URL)
}

// AiSession is known from the carrier's libraries only.
type AiSession struct {
	AiConnector            string
	AiSessionConfiguration string
}

func (*AiSession) tag() string { return "AiSession" }
func (*AiSession) connected()  {}

func (n *AiSession) code(c *codec) {
	c.str("aiConnector", &n.AiConnector)
	c.str("aiSessionConfiguration", &n.AiSessionConfiguration)
}

// ConversationRelaySession is known from the carrier's libraries only.
type ConversationRelaySession struct {
	Connector            string
	SessionConfiguration string
}

func (*ConversationRelaySession) tag() string { return "ConversationRelaySession" }
func (*ConversationRelaySession) connected()  {}

func (n *ConversationRelaySession) code(c *codec) {
	c.str("connector", &n.Connector)
	c.str("sessionConfiguration", &n.SessionConfiguration)
}

// Autopilot is a bot of a service that the carrier has closed.
//
// Deprecated: use ConversationRelay.
type Autopilot struct {
	// Sid of the bot (UA…). Required.
	Sid string
}

func (*Autopilot) tag() string     { return "Autopilot" }
func (*Autopilot) connected()      {}
func (n *Autopilot) code(c *codec) { c.body(&n.Sid) }
