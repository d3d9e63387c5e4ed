package twiml

// Pay takes a payment: the carrier asks for the card, and the program never sees
// its number. "*" ends it. The carrier always requests Action afterwards.
//
// Source: twilio.com/docs/voice/twiml/pay.
type Pay struct {
	// Input has one value, "dtmf", its default.
	Input string
	// Action gets Result, PaymentToken and more. Required: see CurrentDocument. It
	// must be https and is always a POST. Error 64016, fatal.
	Action string
	// StatusCallback is a URL that is told of each step.
	StatusCallback string
	// StatusCallbackMethod is POST by default.
	StatusCallbackMethod Method
	// PaymentMethod is CreditCard by default.
	PaymentMethod PaymentMethod
	// BankAccountType is "consumer-checking", the default, "consumer-savings",
	// "commercial-checking" or "commercial-savings".
	BankAccountType string
	// Timeout is how many seconds to wait for each key. Default 5, at least 1.
	Timeout int
	// MaxAttempts is from 1 to 3 for each piece of information.
	MaxAttempts int
	// SecurityCode says whether to ask for it. Default True.
	SecurityCode Bool
	// PostalCode is "true", the default, "false", or the code when it is known.
	PostalCode string
	// MinPostalCodeLength is at least 1.
	MinPostalCodeLength int
	// PaymentConnector is the name of the connector. Default "Default". Error 64004,
	// fatal.
	PaymentConnector string
	// TokenType is ReusableToken by default.
	TokenType TokenType
	// ChargeAmount is a decimal from 0 to 1000000 such as "20.45"; left out, or 0, the
	// card is only tokenised. Error 64003, fatal.
	ChargeAmount string
	// Currency is an ISO 4217 code in small letters. Default "usd".
	Currency string
	// Language of the prompts: "en-US", the default, or one of 14 others.
	Language string
	// Description of the payment for the connector.
	Description string
	// ValidCardTypes is Visa, Mastercard and Amex by default.
	ValidCardTypes CardType
	// Prompts replace those of the carrier.
	Prompts []Prompt
	// Parameters are handed to the connector.
	Parameters []Parameter
}

// PaymentMethod is how a Pay is paid.
type PaymentMethod string

// The payment methods.
const (
	CreditCard PaymentMethod = "credit-card"
	ACHDebit   PaymentMethod = "ach-debit"
)

// TokenType is what may be done with the token of a Pay.
type TokenType string

// The token types.
const (
	OneTimeToken       TokenType = "one-time"
	ReusableToken      TokenType = "reusable"
	PaymentMethodToken TokenType = "payment-method"
)

// CardType is a set of credit cards: join them with "|".
type CardType uint16

// The credit cards.
const (
	Visa CardType = 1 << iota
	Mastercard
	Amex
	Maestro
	Discover
	Optima
	JCB
	DinersClub
	Enroute
)

var cardTypes = []string{"visa", "mastercard", "amex", "maestro", "discover", "optima", "jcb", "diners-club", "enroute"}

func (*Pay) tag() string { return "Pay" }
func (*Pay) verb()       {}

func (p *Pay) code(c *codec) {
	c.str("input", &p.Input)
	c.action(&p.Action)
	c.str("statusCallback", &p.StatusCallback)
	enum(c, "statusCallbackMethod", &p.StatusCallbackMethod)
	enum(c, "paymentMethod", &p.PaymentMethod)
	c.str("bankAccountType", &p.BankAccountType)
	c.num("timeout", &p.Timeout)
	c.num("maxAttempts", &p.MaxAttempts)
	enum(c, "securityCode", &p.SecurityCode)
	c.str("postalCode", &p.PostalCode)
	c.num("minPostalCodeLength", &p.MinPostalCodeLength)
	c.str("paymentConnector", &p.PaymentConnector)
	enum(c, "tokenType", &p.TokenType)
	c.str("chargeAmount", &p.ChargeAmount)
	c.str("currency", &p.Currency)
	c.str("language", &p.Language)
	c.str("description", &p.Description)
	list(c, "validCardTypes", &p.ValidCardTypes, cardTypes)
	parts(c, &p.Prompts)
	parts(c, &p.Parameters)
}

// Prompt replaces what the carrier says while it asks for one piece of a payment.
//
// Source: twilio.com/docs/voice/twiml/pay/prompt.
type Prompt struct {
	// For is what is asked for: "payment-card-number", "expiration-date",
	// "security-code", "postal-code", "payment-processing", "bank-account-number" or
	// "bank-routing-number".
	For string
	// ErrorTypes limit the prompt to what went wrong before.
	ErrorTypes PromptError
	// CardTypes limit the prompt to these cards.
	CardTypes CardType
	// Attempts limit the prompt to these attempts.
	Attempts Attempt
	// RequireMatchingInputs asks twice. Default False.
	RequireMatchingInputs Bool
	// Audio is what is heard.
	Audio []Audio
}

// PromptError is a set of what may go wrong in a Pay: join them with "|".
type PromptError uint16

// What may go wrong in a Pay.
const (
	ErrorTimeout PromptError = 1 << iota
	ErrorCardNumber
	ErrorCardType
	ErrorDate
	ErrorSecurityCode
	ErrorInternal
	ErrorMatching
)

var promptErrors = []string{
	"timeout", "invalid-card-number", "invalid-card-type", "invalid-date",
	"invalid-security-code", "internal-error", "input-matching-failed",
}

// Attempt is a set of attempts at a Pay: join them with "|".
type Attempt uint16

// The attempts of a Pay.
const (
	FirstAttempt Attempt = 1 << iota
	SecondAttempt
	ThirdAttempt
)

var attempts = []string{"1", "2", "3"}

func (*Prompt) tag() string { return "Prompt" }

func (p *Prompt) code(c *codec) {
	c.str("for", &p.For)
	list(c, "errorType", &p.ErrorTypes, promptErrors)
	list(c, "cardType", &p.CardTypes, cardTypes)
	list(c, "attempt", &p.Attempts, attempts)
	enum(c, "requireMatchingInputs", &p.RequireMatchingInputs)
	children(c, &p.Audio, newAudio)
}
