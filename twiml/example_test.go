package twiml_test

import (
	"errors"
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

// A document that differs in its URL alone is written once.
func ExampleForm() {
	const action = "the action"
	form, err := twiml.NewForm(twiml.New(&twiml.Gather{Action: action, NumDigits: 1}), action)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, url := range []string{"/menu?call=1&step=2", "/menu?call=2&step=7"} {
		body, err := form.AppendTo(nil, url)
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(string(body))
	}
	// Output:
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response><Gather action="/menu?call=1&amp;step=2" numDigits="1"/></Response>
	// <?xml version="1.0" encoding="UTF-8"?>
	// <Response><Gather action="/menu?call=2&amp;step=7" numDigits="1"/></Response>
}

func ExampleCheck() {
	page := []byte("<Response>\n  <Gather timeout=\"0\"><Pause/></Gather>\n</Response>")
	for _, f := range twiml.Check(page, twiml.Twilio) {
		fmt.Println(f)
	}
	for _, f := range twiml.Check(page, twiml.Somleng) {
		if f.Severity == twiml.Fatal {
			fmt.Println(f)
		}
	}
	// Output:
	// 2:11: warning 13313: <Gather> timeout="0" must be a whole number of at least 1, or auto; the default is 5
	// 2:23: fatal 12200: <Pause> in <Gather> is not in the XML of somleng
}

func ExampleDecode() {
	_, err := twiml.Decode([]byte("\n<?xml version=\"1.0\"?><Response/>"))
	var f twiml.Finding
	if errors.As(err, &f) {
		fmt.Println(f.Code)
	}
	root, err := twiml.Decode([]byte("<Response><Dial timeLimit='60'> +15558675310 </Dial></Response>"))
	if err != nil {
		fmt.Println(err)
		return
	}
	for verb := range root.Elements() {
		fmt.Println(verb.Name, verb.AttrOr("timeout", "30"), verb.Text())
	}
	// Output:
	// 12100
	// Dial 30 +15558675310
}
