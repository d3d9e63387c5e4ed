package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// authToken is the key of every contender. It guards nothing.
const authToken = "0123456789abcdef0123456789abcdef"

const accountSid = "AC0123456789abcdef0123456789abcdef"

// publicURL is the address that the carrier was given, and thus signs.
const publicURL = "https://ivr.example.org/"

// webhook returns the 27 parameters of a voice webhook, encoded as the carrier
// does.
func webhook() []byte {
	params := []string{
		"AccountSid=" + accountSid,
		"ApiVersion=2010-04-01",
		"CallSid=CA0123456789abcdef0123456789abcdef",
		"CallStatus=ringing",
		"CallToken=%7B%22parentCallInfoToken%22%3A%22eyJhbGciOiJFUzI1NiJ9%22%7D",
		"Called=%2B15555550100",
		"CalledCity=SPRINGFIELD",
		"CalledCountry=US",
		"CalledState=IL",
		"CalledZip=62701",
		"Caller=%2B15555550199",
		"CallerCity=SAINT+PAUL",
		"CallerCountry=US",
		"CallerState=MN",
		"CallerZip=55101",
		"Direction=inbound",
		"From=%2B15555550199",
		"FromCity=SAINT+PAUL",
		"FromCountry=US",
		"FromState=MN",
		"FromZip=55101",
		"StirVerstat=TN-Validation-Passed-A",
		"To=%2B15555550100",
		"ToCity=SPRINGFIELD",
		"ToCountry=US",
		"ToState=IL",
		"ToZip=62701",
	}
	return []byte(strings.Join(params, "&"))
}

// verifier returns one that asks for the signature alone, as the peers do, or
// also for the profile of a voice webhook.
func verifier(profile twilio.Profile) (*twilio.Verifier, error) {
	return twilio.New(twilio.Config{
		Keys:    []twilio.Key{{Name: "bench", Account: accountSid, Token: authToken}},
		Profile: profile,
	})
}

// signed returns the webhook with its signature.
func signed() (*callgate.Request, error) {
	v, err := verifier(twilio.ProfileVoice)
	if err != nil {
		return nil, err
	}
	request := &callgate.Request{
		Method: http.MethodPost,
		URL:    publicURL,
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		Body:   webhook(),
	}
	signature, err := v.Sign(request)
	if err != nil {
		return nil, err
	}
	request.Header.Set(twilio.Header, signature)
	return request, nil
}

// signedText returns the bytes that are signed.
func signedText(request *callgate.Request) ([]byte, error) {
	params, err := callgate.ParseParams(request.Body)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(params, func(a, b callgate.Param) int { return strings.Compare(a.Name, b.Name) })
	text := []byte(request.URL)
	for _, p := range params {
		text = append(text, p.Name+p.Value...)
	}
	return text, nil
}

// onWire writes a request as the carrier sends it over a kept connection.
func onWire(r *callgate.Request, signature string) []byte {
	return fmt.Appendf(nil, "POST / HTTP/1.1\r\nHost: ivr.example.org\r\nUser-Agent: TwilioProxy/1.1\r\nAccept: */*\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\nX-Twilio-Signature: %s\r\n\r\n%s",
		len(r.Body), signature, r.Body)
}
