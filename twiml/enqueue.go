package twiml

// Enqueue puts the caller into a queue, which is made when there is none of that
// name. Another call takes the caller out with a Dial of a Queue.
//
// Source: twilio.com/docs/voice/twiml/enqueue.
type Enqueue struct {
	// Action is requested with QueueResult, QueueSid and QueueTime when the caller
	// leaves the queue. Default none: the next verb follows. Error 14203, fatal.
	Action string
	// Method of the action. Default POST. Error 14201, fatal.
	Method Method
	// WaitURL is the document heard while waiting, requested again whenever it ends.
	// It may hold Play, Say, Pause, Hangup, Redirect, Leave and Gather. Default is the
	// carrier's music; Set("") is silence. Error 14202, fatal.
	WaitURL Opt[string]
	// WaitURLMethod is POST by default. Error 14206, fatal.
	WaitURLMethod Method
	// WorkflowSid is a TaskRouter workflow (WW…) that takes the place of Queue. Error
	// 14220, fatal.
	WorkflowSid string
	// MaxQueueSize is from 1 to 5000 and known from the carrier's libraries only.
	MaxQueueSize int
	// Queue is its name, of 1 to 64 characters. Errors 14204 and 14205, fatal.
	Queue string
	// Task describes the caller to TaskRouter.
	Task *Task
}

func (*Enqueue) tag() string { return "Enqueue" }
func (*Enqueue) verb()       {}

func (e *Enqueue) code(c *codec) {
	c.str("action", &e.Action)
	enum(c, "method", &e.Method)
	c.opt("waitUrl", &e.WaitURL)
	enum(c, "waitUrlMethod", &e.WaitURLMethod)
	c.str("workflowSid", &e.WorkflowSid)
	c.num("maxQueueSize", &e.MaxQueueSize)
	c.body(&e.Queue)
	single(c, &e.Task)
}

// Task describes the caller of an Enqueue to TaskRouter.
type Task struct {
	Priority Opt[int]
	// Timeout is in seconds.
	Timeout Opt[int]
	// Attributes is a JSON object. Error 14221, fatal.
	Attributes string
}

func (*Task) tag() string { return "Task" }

func (t *Task) code(c *codec) {
	c.optNum("priority", &t.Priority)
	c.optNum("timeout", &t.Timeout)
	c.body(&t.Attributes)
}

// Leave, in the WaitURL document of an Enqueue, takes the caller out of the
// queue. The call goes on after the Enqueue.
//
// Source: twilio.com/docs/voice/twiml/leave.
type Leave struct{}

func (*Leave) tag() string     { return "Leave" }
func (*Leave) verb()           {}
func (l *Leave) code(c *codec) {}
