package explain_test

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/twilio"
)

// A proxy ends TLS and says so, but the gate was not told to believe it, so it
// takes the address for http.
func Example() {
	keys := []twilio.Key{{Name: "main", Token: "0123456789abcdef0123456789abcdef"}}
	verifier, err := twilio.New(twilio.Config{Keys: keys, Profile: twilio.ProfileSignature})
	if err != nil {
		fmt.Println(err)
		return
	}
	form := []byte("CallSid=CA00000000000000000000000000000001&From=%2B15005550006")
	header := http.Header{
		"Content-Type":      {"application/x-www-form-urlencoded"},
		"X-Forwarded-Proto": {"https"},
		"Via":               {"1.1 Caddy"},
	}
	// The carrier signs the address that it was given.
	signature, err := verifier.Sign(&callgate.Request{
		Method: "POST", URL: "https://ivr.example.org/menu", Header: header, Body: form,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	header.Set(twilio.Header, signature)

	e, err := explain.New(explain.Config{Keys: keys, AllowedHosts: []string{"ivr.example.org"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	x := e.Explain(context.Background(), &explain.Request{
		Method: "POST", Host: "ivr.example.org", Target: "/menu", Header: header, Body: form,
	})
	x.WriteText(os.Stdout)
	// Output:
	// scheme: the scheme is not the signed one (proved)
	//   scheme
	//     signed:  "https"
	//     arrived: "http"
	//                   ^
	//   mend in callgate.yaml:
	//     public_url: https://ivr.example.org
	//   mend in Caddy:
	//     header_up X-Forwarded-Proto {scheme}
}
