package doctor

import "github.com/callgate/callgate/explain"

// The causes that the doctor adds to those of package explain. The list is closed;
// docs/doctor.md has them all.
const (
	CauseName        explain.Cause = "name"          // the host has no public address
	CauseUnreachable explain.Cause = "unreachable"   // no connection, or no answer
	CauseTLS         explain.Cause = "tls"           // the certificate, or the lack of one
	CauseNoDoctor    explain.Cause = "no-doctor"     // what answers is not a Callgate that knows the token
	CauseClock       explain.Cause = "clock"         // the clocks are apart
	CauseRedirect    explain.Cause = "redirect"      // the carrier would be sent elsewhere
	CauseRefused     explain.Cause = "proxy-refuses" // a proxy answers in Callgate's place
	CauseLimit       explain.Cause = "proxy-limit"   // a request is too long for a proxy
	CauseBackend     explain.Cause = "backend"       // a proxy does not reach Callgate
	CauseCached      explain.Cause = "cached"        // an answer is that of another request
	CauseUpgrade     explain.Cause = "upgrade"       // WebSockets do not get through
	CauseFleet       explain.Cause = "fleet"         // another Callgate answers, which does not know the challenge
	CauseImpatient   explain.Cause = "impatient"     // a proxy gives up before Callgate does
	CauseSlow        explain.Cause = "slow"          // the carrier's time limit is near
	CauseOpen        explain.Cause = "open"          // a route is reachable without a signature
	CauseFallback    explain.Cause = "fallback"      // the fallback address does not answer
	CauseChanged     explain.Cause = "changed"       // arrived changed, and no cause was proved
)

var titles = map[explain.Cause]string{
	CauseName:        "the host has no address that a carrier can reach",
	CauseUnreachable: "there is no connection, or no answer in time",
	CauseTLS:         "a carrier would not accept the connection's TLS",
	CauseNoDoctor:    "what answers is no Callgate with this token and with the doctor on",
	CauseClock:       "the clocks of this machine and of the server are apart",
	CauseRedirect:    "the carrier would be sent to another address",
	CauseRefused:     "something in front of Callgate refuses the request",
	CauseLimit:       "something in front of Callgate takes no request as long as this",
	CauseBackend:     "the proxy does not reach Callgate",
	CauseCached:      "the answer is not that of this request",
	CauseUpgrade:     "WebSockets do not get through",
	CauseFleet:       "another server answers than the one that gave the challenge",
	CauseImpatient:   "something on the way gives up before Callgate does",
	CauseSlow:        "answers take so long that calls would be lost",
	CauseOpen:        "the route answers whoever asks",
	CauseFallback:    "the fallback address would not help",
	CauseChanged:     "the request arrives changed",
}

// finding makes one of the doctor's own.
func finding(c explain.Cause, mends ...explain.Mend) Finding {
	return Finding{Cause: c, Title: titles[c], Mends: mends}
}
