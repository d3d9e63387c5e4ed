package callgate

// Principal is one thing that is known about who sent a request. A request has
// a set of them, and access control entries name them.
type Principal string

// Everyone is a principal of every request, authenticated or not.
const Everyone Principal = "everyone"

// Carrier is the principal of a request that a carrier signed: "carrier:twilio".
func Carrier(name string) Principal { return Principal("carrier:" + name) }

// Account is the principal of the carrier's account that a verified request is
// for: "account:AC…".
func Account(sid string) Principal { return Principal("account:" + sid) }

// Number is the principal of the number that was dialled: "number:+1…".
func Number(e164 string) Principal { return Principal("number:" + e164) }

// Key is the principal of the key that verified the request: "key:NAME".
func Key(name string) Principal { return Principal("key:" + name) }

// User is the principal of a person or program that gave HTTP Basic
// credentials: "user:NAME".
func User(name string) Principal { return Principal("user:" + name) }
