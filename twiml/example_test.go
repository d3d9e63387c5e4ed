package twiml_test

import (
	"fmt"
	"os"

	"github.com/callgate/callgate/twiml"
)

func Example() {
	doc := twiml.New(
		&twiml.Gather{
			Action:      "https://example.com/menu",
			Method:      twiml.POST,
			FinishOnKey: twiml.Set(""),
			NumDigits:   1,
			Prompts:     []twiml.Audio{&twiml.Say{Text: "Press 1 for opening hours & directions."}},
		},
		&twiml.Redirect{URL: "https://example.com/menu?silent=1"},
	)
	body, err := doc.Bytes()
	if err != nil {
		fmt.Println(err)
		return
	}
	os.Stdout.Write(body)
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response><Gather action="https://example.com/menu" method="POST" finishOnKey="" numDigits="1"><Say>Press 1 for opening hours &amp; directions.</Say></Gather><Redirect>https://example.com/menu?silent=1</Redirect></Response>
}
