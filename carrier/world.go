package carrier

import "time"

// Outcome is what a dialled party does.
type Outcome string

// The outcomes of dialling. The zero Outcome is Answers.
const (
	Answers  Outcome = "answer"
	Busy     Outcome = "busy"
	NoAnswer Outcome = "no-answer"
	Fails    Outcome = "failed" // there is no such number, or the network does not reach it
)

// Callee is a party that the line may dial.
type Callee struct {
	Does Outcome
	// Ring is how long the telephone rings before that; 0 stands for Options.Ring.
	// A party that does not answer rings until the Dial gives up.
	Ring time.Duration
	// Talk is after how long in conversation the party hangs up; 0 stands for Options.Talk.
	Talk time.Duration
	// Keys are pressed one by one when the document that the party hears before the
	// bridge listens for keys.
	Keys string
	// Machine says that an answering machine takes the call.
	Machine bool
	// SIPCode is the SIP response of a Sip noun that was not answered, such as 486.
	SIPCode int
}

// Queue is what becomes of a caller who waits in a queue.
type Queue struct {
	// Result is the QueueResult: "bridged", the default, "queue-full", "redirected",
	// "redirected-from-bridged", "bridging-in-process", "error" or "system-error".
	Result string
	// Wait is how long the caller waits for that; 0 stands for Options.QueueWait.
	// A queue that is full is so at once.
	Wait time.Duration
	// Talk is how long the conversation lasts once bridged; 0 stands for Options.Talk.
	Talk time.Duration
}

// Conference is what becomes of a caller who entered a conference.
type Conference struct {
	// Joined is after how long the conference begins because somebody else is there;
	// 0 stands for Options.ConferenceWait. Negative: nobody comes.
	Joined time.Duration
	// Lasts is how long it goes on before it is over for the caller; 0 stands for Options.Talk.
	Lasts time.Duration
}

// Payment is the result of a Pay.
type Payment struct {
	// Result is "success", the default, "too-many-failed-attempts",
	// "payment-connector-error", "validation-error" or "internal-error".
	Result string
	// Takes is how long the caller takes to enter everything when nobody types it; 0
	// stands for Options.PayTakes.
	Takes time.Duration
	// Params are sent with the result in place of the invented ones of a success:
	// PaymentToken, PaymentCardNumber, PaymentError and so on.
	Params map[string]string
}

// SessionResult is how a machine that a Connect handed the call to gives it back.
type SessionResult struct {
	// After is how long the session lasts; 0 stands for Options.Session.
	After time.Duration
	// Status is the SessionStatus of a ConversationRelay, by default "ended".
	Status string
	// HandoffData is what the machine hands back, of a ConversationRelay.
	HandoffData string
}

// ReferResult is what came of a Refer.
type ReferResult struct {
	// SIPCode answers the REFER, by default 202; NotifyCode is that of the final
	// NOTIFY, by default 200.
	SIPCode, NotifyCode int
	// After is how long it takes; 0 stands for one second.
	After time.Duration
}
