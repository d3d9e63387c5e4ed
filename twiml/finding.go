package twiml

import "fmt"

// Code is a number of the carrier's error dictionary, such as 12100.
type Code int

// The codes that belong to no single verb. Those of verbs and attributes are in
// the schema that Check works from.
const (
	CodeTooLarge  Code = 11750 // more than MaxBytes
	CodeEmpty     Code = 11770 // no bytes at all
	CodeMalformed Code = 12100 // not well formed, or something stands before <?xml
	CodeRoot      Code = 12102 // the root element is not Response
	CodeSchema    Code = 12200 // unknown or misplaced element or attribute, or a value that has no code of its own
)

// Severity is what the carrier does about a finding.
type Severity string

// The two severities.
const (
	// Fatal ends the call, or takes it to the number's fallback URL.
	Fatal Severity = "fatal"
	// Warning is logged; the call goes on without the thing complained of.
	Warning Severity = "warning"
)

// Finding is one thing that the carrier would complain of. It is also the error
// of Decode and Parse; take it out with errors.As.
type Finding struct {
	// Line and Col are the place in the document, both from 1, columns in characters.
	Line int `json:"line"`
	Col  int `json:"col"`
	// Code is the carrier's number for it.
	Code     Code     `json:"code"`
	Severity Severity `json:"severity"`
	// Message says what is wrong and what to do about it. It quotes names and
	// values of attributes from the document, never its text.
	Message string `json:"message"`
}

// Error writes the finding as "line:col: severity code: message".
func (f Finding) Error() string {
	return fmt.Sprintf("%d:%d: %s %d: %s", f.Line, f.Col, f.Severity, f.Code, f.Message)
}
