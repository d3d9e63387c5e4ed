package carrier

import (
	"fmt"

	"github.com/callgate/callgate/twiml"
)

// Severity is how bad a Problem is, in the words of the carrier's debugger.
type Severity string

// The severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Problem is an entry of the carrier's debugger.
type Problem struct {
	// Code is a number of the error dictionary (twilio.com/docs/api/errors); 0 for
	// what only a simulator says, such as that a call ran away.
	Code     int      `json:"code"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	// URL is of the request or the document that it is about.
	URL string `json:"url,omitempty"`
	// Line and Col are the place in the document, 0 when it is about none.
	Line int `json:"line,omitempty"`
	Col  int `json:"col,omitempty"`
}

// String writes the problem as one line.
func (p Problem) String() string {
	s := fmt.Sprintf("%s %d: %s", p.Severity, p.Code, p.Message)
	if p.Code == 0 {
		s = fmt.Sprintf("%s: %s", p.Severity, p.Message)
	}
	if p.Line > 0 {
		s += fmt.Sprintf(" (line %d, column %d)", p.Line, p.Col)
	}
	return s
}

// Codes of the error dictionary that the interpreter and the client use
// themselves; those of verbs and attributes come from package twiml.
const (
	codeBadURL         = 11100 // invalid URL format
	codeRetrieval      = 11200 // HTTP retrieval failure
	codeTimeoutConnect = 11201 // TCP connection timed out
	codeRefused        = 11202 // TCP connection refused
	codeTimeoutTotal   = 11203 // the total time of the connection overrides ran out
	codeConnection     = 11205 // HTTP connection failure
	codeProtocol       = 11206 // HTTP protocol violation
	codeHost           = 11210 // HTTP bad host name
	codeRedirects      = 11215 // too many HTTP redirects
	codeBadRedirect    = 11216 // a redirect that is not followed
	codeStatus         = 11217 // an HTTP error status
	codeTLS            = 11220 // TLS handshake error
	codeTLSName        = 11235 // certificate for another name
	codeTLSExpired     = 11236 // certificate expired
	codeTLSChain       = 11237 // no path to a trusted certificate
	codeEdge           = 11240 // an edge location that does not exist
	codeRetryPolicy    = 11243 // a retry policy that is none
	codeContentType    = 12300 // a content type that is no document
	codeNestedDial     = 13201 // Dial in a document for a called party
	codeWaitVerb       = 13238 // a verb that conference documents must not have
	codeGatherMedia    = 13325 // a file in a Gather that is no audio
	codeMedia          = 13420 // a file that is no audio
	codeTranscription  = 13617 // a recording too short or too long to transcribe
	codeRefer          = 13801 // Refer on a call that is not SIP
	codeReferURL       = 13802 // a transfer by the other side without referUrl
	codeQueueFull      = 14207 // the queue is full
	codeCallback       = 15003 // an answer to a callback that is none
	codePayAction      = 64016 // Pay whose action is not https
)

// fromFinding makes a debugger entry of what package twiml found in a document.
func fromFinding(f twiml.Finding, url string) Problem {
	severity := Warning
	if f.Severity == twiml.Fatal {
		severity = Error
	}
	return Problem{Code: int(f.Code), Severity: severity, Message: f.Message, URL: url, Line: f.Line, Col: f.Col}
}
