package twilio_test

import (
	"errors"
	"fmt"
	"net/http"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// A verifier for an account in the middle of a rotation of its token.
func Example() {
	verifier, err := twilio.New(twilio.Config{Keys: []twilio.Key{
		{Name: "2026-06", Account: "AC00112233445566778899aabbccddeeff", Token: "22222222222222222222222222222222"},
		{Name: "2025-11", Account: "AC00112233445566778899aabbccddeeff", Token: "11111111111111111111111111111111"},
	}})
	if err != nil {
		fmt.Println(err)
		return
	}
	request := &callgate.Request{
		Method: http.MethodPost,
		URL:    "https://ivr.example.org/voice", // as configured at the carrier
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded; charset=UTF-8"}},
		Body: []byte("AccountSid=AC00112233445566778899aabbccddeeff&ApiVersion=2010-04-01&CallStatus=ringing" +
			"&CallSid=CA450188bc524230c5086da78b80861648&Direction=inbound&From=%2B12025550123&To=%2B12025550199"),
	}
	signature, err := verifier.Sign(request)
	if err != nil {
		fmt.Println(err)
		return
	}
	request.Header.Set(twilio.Header, signature)
	proof, err := verifier.Verify(request)
	fmt.Println(proof.Key, proof.Form, err)

	request.Body = append(request.Body, "&Digits=1"...)
	_, err = verifier.Verify(request)
	fmt.Println(errors.Is(err, callgate.ErrMismatch))
	// Output:
	// 2026-06 as-received <nil>
	// true
}

// The same bytes are signed whether a parameter is one or two. The signature
// alone cannot tell; the profile can.
func ExampleProfile() {
	keys := []twilio.Key{{Name: "main", Token: "12345"}}
	request := &callgate.Request{
		Method: http.MethodPost,
		URL:    "https://ivr.example.org/voice",
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		Body:   []byte("Digits=1From%2B1415"), // was Digits=1 and From=+1415
	}
	for _, profile := range []twilio.Profile{twilio.ProfileSignature, twilio.ProfileVoice} {
		verifier, err := twilio.New(twilio.Config{Keys: keys, Profile: profile})
		if err != nil {
			fmt.Println(err)
			return
		}
		signature, _ := verifier.Sign(request)
		request.Header.Set(twilio.Header, signature)
		_, err = verifier.Verify(request)
		fmt.Println(err)
	}
	// Output:
	// <nil>
	// refused: profile: Digits is not well formed
}

// A JSON body is signed through its hash in the address.
func ExampleWithBodyHash() {
	body := []byte(`{"event":"call.ended"}`)
	fmt.Println(twilio.WithBodyHash("https://ivr.example.org/events?v=1#rc=2", body))
	// Output:
	// https://ivr.example.org/events?v=1&bodySHA256=9136585d0ff6218b02fe20e563736d78bda8ce0420289e89328ccf45e841ca83
}

// Everything that is wrong with a configuration is said at once, and no token is
// shown.
func ExampleNew() {
	_, err := twilio.New(twilio.Config{Keys: []twilio.Key{
		{Name: "main", Token: ""},
		{Name: "main", Account: "AC123", Token: "from a file\n"},
	}})
	fmt.Println(err)
	// Output:
	// twilio: Keys[0].Token: empty; anyone could sign with it
	// Keys[1].Account: must be empty or "AC" and 32 lower-case hexadecimal digits
	// Keys[1].Token: has white space or control characters; remove them (a file often ends with a line break)
	// Keys[1].Name: the same as Keys[0].Name; give each key a name of its own
}
