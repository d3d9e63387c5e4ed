package ivr

import "github.com/callgate/callgate/ivr/expr"

// HTTP looks something up, or reports it, at a server of yours. The request is
// made by whoever runs the program, within limits of time and size; its answer is
// JSON.
type HTTP struct {
	// Method is GET, the default, POST or PUT.
	Method string
	// URL is absolute and https. Variables in it are percent-encoded: they cannot
	// change the host or add a parameter.
	URL string
	// Headers are sent along.
	Headers []Header
	// JSON is the body of a POST or PUT: an object of these members.
	JSON map[string]expr.Expr
	// Outputs are what is taken from the answer. When one is missing or has another
	// type the node leaves by Error.
	Outputs []Output
	// Timeout is how many seconds all of it may take, from 1 to 30. Default 5.
	Timeout int
	// Retries is how often the request is made again, within Timeout, when there was no
	// connection, no whole answer, or a status of 502, 503 or 504. Up to 3; default 0. The
	// server knows a repetition by its Idempotency-Key.
	Retries int
	// Cache is for how many seconds the answer to a GET serves other calls with the same
	// request too, up to a day. Default 0. It is only for what is the same for everybody
	// who asks: opening times, not balances.
	Cache int
	// Filler is said while it takes longer than the carrier should wait. Then the
	// carrier asks again, at most Polls times (default 3, at most 10).
	Filler Prompt
	Polls  int
	// AllowSecret lets secret variables go to this server, in JSON and headers; never
	// in the URL.
	AllowSecret bool
	// OK is the node after an answer with a status of 200 to 299.
	OK string
	// Statuses are nodes for other statuses, such as 404.
	Statuses map[int]string
	// Error is the node after every other failure. Default OnError of the node, or of the
	// flow.
	Error string
	// Timedout is the node when it took too long. Default Error.
	Timedout string
}

// Header is a header of a request. Exactly one of Value and Secret is given.
type Header struct {
	Name string
	// Value may hold variables.
	Value string
	// Secret names a secret that whoever makes the request knows: flows hold none.
	Secret string
}

// Output takes a value from a JSON answer.
type Output struct {
	// Path is the member, "patient.name"; a number is a place in a list, "slots.0.day".
	Path string
	Into string
	// Optional leaves the variable as it was when the member is missing or null. It
	// must then have a default.
	Optional bool
}
