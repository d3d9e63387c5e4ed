package ivr

// Rule is the name of something that Check looks for. The names are stable words
// for use in settings and documentation.
type Rule string

// The rules. Those of the first group keep a flow from being compiled.
const (
	// UndefinedTarget: an exit leads to a node that does not exist. Error.
	UndefinedTarget Rule = "undefined-target"
	// UndefinedName: a variable, subflow, schedule or language does not exist. Error.
	UndefinedName Rule = "undefined-name"
	// DuplicateName: two nodes, variables, subflows, schedules or languages have one
	// name. Error.
	DuplicateName Rule = "duplicate-name"
	// MissingExit: an exit that callers can take leads nowhere. Error.
	MissingExit Rule = "missing-exit"
	// InvalidValue: a field is missing or has a value it cannot have. Error.
	InvalidValue Rule = "invalid-value"
	// TypeMismatch: a value of one type is used as another. Error.
	TypeMismatch Rule = "type-mismatch"
	// UnknownZone: a time zone does not exist. Error.
	UnknownZone Rule = "unknown-zone"
	// Recursion: a subflow calls itself, at once or through others. Error.
	Recursion Rule = "recursion"
	// CardData: an entry takes payment card numbers. Error.
	CardData Rule = "card-data"
	// SecretLeak: a secret variable, or what is computed from one, is spoken or goes
	// into a URL, request, booking or telephone number. Error.
	SecretLeak Rule = "secret-leak"
	// DuplicateKey: a key or spoken word chooses two options. Error.
	DuplicateKey Rule = "duplicate-key"
	// EmptyPrompt: a prompt says nothing. Error.
	EmptyPrompt Rule = "empty-prompt"

	// Unreachable: no call comes to the node. Warning.
	Unreachable Rule = "unreachable"
	// DeadEnd: from the node no way leads to the end of the call. Error.
	DeadEnd Rule = "dead-end"
	// EndlessLoop: a circle that asks the caller nothing and has no bound. Error.
	EndlessLoop Rule = "endless-loop"
	// NoEscape: whatever the caller does, nobody is reached from here, not even a
	// voicemail. Warning.
	NoEscape Rule = "no-escape"
	// SilentCaller: a caller who never answers is asked for ever. Error.
	SilentCaller Rule = "silent-caller"
	// WrongCaller: a caller who always answers wrong is asked for ever. Error.
	WrongCaller Rule = "wrong-caller"
	// FailingServices: when everything fails, the call goes round for ever. Error.
	FailingServices Rule = "failing-services"
	// ShadowedKey: a node takes a global key for itself. Warning.
	ShadowedKey Rule = "shadowed-key"
	// KeyPrefix: a key begins another one, so that the carrier waits before it takes
	// it. Warning.
	KeyPrefix Rule = "key-prefix"
	// FinishKey: the key that ends an entry is a global key too, so that only one of
	// them works. Error.
	FinishKey Rule = "finish-key"
	// HoursOverlap: two intervals of a schedule overlap. Warning.
	HoursOverlap Rule = "hours-overlap"
	// HoursEmpty: an interval or a schedule has no time in it, or a schedule is always
	// open, so that one exit is never taken. Warning.
	HoursEmpty Rule = "hours-empty"
	// HoursGap: an interval begins or ends in an hour that does not exist on the day
	// that clocks go forward. Warning.
	HoursGap Rule = "hours-gap"
	// HoursPast: a holiday or exception is over. Warning.
	HoursPast Rule = "hours-past"
	// UnsetVariable: a variable is read on a way on which nothing set it. Error.
	UnsetVariable Rule = "unset-variable"
	// MissingTranslation: a prompt does not exist in a language of the flow. Error.
	MissingTranslation Rule = "missing-translation"
	// LongPrompt: a text is longer than carriers speak. Error.
	LongPrompt Rule = "long-prompt"
	// ManyOptions: a menu has more options than a caller remembers. Hint.
	ManyOptions Rule = "many-options"
	// KeyBeforeChoice: a prompt names the key before what it is for. Hint.
	KeyBeforeChoice Rule = "key-before-choice"
	// InsecureURL: a URL is not absolute or not https. Error.
	InsecureURL Rule = "insecure-url"
	// CarrierDocument: the carrier of the flow's profile would complain about a
	// document. Error or warning as the carrier.
	CarrierDocument Rule = "carrier-document"
	// DocumentSize: a document can be larger than the carrier reads. Error.
	DocumentSize Rule = "document-size"
	// StateSize: the state of a call can be too large for a URL. Error.
	StateSize Rule = "state-size"
	// ManyDocuments: too many documents without a word from the caller. Warning.
	ManyDocuments Rule = "many-documents"
	// TelephoneLoop: the line dials one of its own numbers. Error.
	TelephoneLoop Rule = "telephone-loop"
	// LateReject: a call is rejected after it was answered. Error.
	LateReject Rule = "late-reject"
	// FlowTooLarge: the flow has more ways than can be checked. Error.
	FlowTooLarge Rule = "flow-too-large"
)

// Rules lists all rules in the order of their documentation.
func Rules() []Rule {
	return []Rule{
		UndefinedTarget, UndefinedName, DuplicateName, MissingExit, InvalidValue, TypeMismatch, UnknownZone, Recursion,
		CardData, SecretLeak, DuplicateKey, EmptyPrompt,
		Unreachable, DeadEnd, EndlessLoop, NoEscape, SilentCaller, WrongCaller, FailingServices, ShadowedKey, KeyPrefix,
		FinishKey, HoursOverlap, HoursEmpty, HoursGap, HoursPast, UnsetVariable, MissingTranslation, LongPrompt,
		ManyOptions, KeyBeforeChoice, InsecureURL, CarrierDocument, DocumentSize, StateSize, ManyDocuments,
		TelephoneLoop, LateReject, FlowTooLarge,
	}
}
