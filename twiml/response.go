package twiml

import (
	"fmt"
	"strconv"
	"unicode/utf8"
)

// header is what a document begins with. Nothing may stand before it: the
// carrier answers a blank line with error 12100.
const header = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"

// Response is a document: verbs that the carrier runs from first to last. At the
// end of the last one it hangs up. The zero Response answers the call, and hangs up.
//
// Source: twilio.com/docs/voice/twiml.
type Response struct {
	// Version is an attribute of the API's first years.
	//
	// Deprecated: the carrier needs no version.
	Version string
	Verbs   []Verb
}

// New makes a document of verbs.
func New(verbs ...Verb) *Response { return &Response{Verbs: verbs} }

// Verb is what stands directly in a Response.
type Verb interface {
	element
	verb()
}

func (*Response) tag() string { return "Response" }

func (r *Response) code(c *codec) {
	c.str("version", &r.Version)
	children(c, &r.Verbs, newVerb)
}

// newVerb makes a verb by its name; nil when the name is none.
func newVerb(name string) Verb {
	switch name {
	case "Say":
		return new(Say)
	case "Play":
		return new(Play)
	case "Pause":
		return new(Pause)
	case "Gather":
		return new(Gather)
	case "Record":
		return new(Record)
	case "Dial":
		return new(Dial)
	case "Redirect":
		return new(Redirect)
	case "Hangup":
		return new(Hangup)
	case "Reject":
		return new(Reject)
	case "Enqueue":
		return new(Enqueue)
	case "Leave":
		return new(Leave)
	case "Refer":
		return new(Refer)
	case "Pay":
		return new(Pay)
	case "Connect":
		return new(Connect)
	case "Start":
		return new(Start)
	case "Stop":
		return new(Stop)
	case "Sms":
		return new(Sms)
	case "Echo":
		return new(Echo)
	case "Annotate":
		return new(Annotate)
	}
	return nil
}

// Bytes writes the document. Equal documents give equal bytes. Its errors are
// those of AppendTo.
func (r *Response) Bytes() ([]byte, error) { return r.AppendTo(make([]byte, 0, usualSize)) }

// usualSize holds most documents of a call, so that writing one allocates once.
const usualSize = 1536

// AppendTo appends the document to dst and returns the longer slice. It fails
// with a *WriteError when a character is one that XML forbids or not UTF-8, when
// a Gather, Record or Pay has no action, when an element is nil or lacks what
// it cannot be written without, and when the document is over MaxBytes; dst is
// then returned as it was.
func (r *Response) AppendTo(dst []byte) ([]byte, error) {
	c := codec{dst: append(dst, header...)}
	if err := c.response(r, len(dst)); err != nil {
		return dst, err
	}
	return c.dst, nil
}

// response writes a document that begins at a place of dst.
func (c *codec) response(r *Response, from int) error {
	if c.put(r, 0); c.err != nil {
		return c.err
	}
	return checkSize(len(c.dst) - from)
}

func checkSize(size int) error {
	if size > MaxBytes {
		return &WriteError{Path: "Response", Reason: fmt.Sprintf("the document has %d bytes, the carrier reads at most %d", size, MaxBytes)}
	}
	return nil
}

// WriteError says why a document cannot be written.
type WriteError struct {
	// Path leads to the element, such as "Response/Gather[2]/Say[1]": the numbers
	// are places in the lists that the elements stand in, from 1.
	Path string
	// Attr names the attribute, and is empty when the fault is in the text or in
	// the element itself.
	Attr string
	// Reason says what is wrong and never quotes text.
	Reason string
}

// enclose puts an outer element in front of the path.
func (e *WriteError) enclose(name string, n int) {
	if n > 0 {
		name += "[" + strconv.Itoa(n) + "]"
	}
	if e.Path != "" {
		name += "/" + e.Path
	}
	e.Path = name
}

func badCharacter(s string, at int) string {
	if r, size := utf8.DecodeRuneInString(s[at:]); r != utf8.RuneError || size > 1 {
		return fmt.Sprintf("byte %d: XML has no way to write the character %U", at, r)
	}
	return fmt.Sprintf("byte %d: not UTF-8", at)
}
