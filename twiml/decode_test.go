package twiml_test

import (
	"testing"

	"github.com/callgate/callgate/twiml"
)

func TestDecodeTree(t *testing.T) {
	root, err := twiml.Decode([]byte("<?xml version=\"1.0\"?>\n<Response>\n  <Gather finishOnKey=''\n timeout=\"3\"><Say>a &amp; <![CDATA[<b>]]></Say></Gather>\n</Response>"))
	if err != nil {
		t.Fatal(err)
	}
	gather := root.Child("Gather")
	if v, ok := gather.Attr("finishOnKey"); v != "" || !ok {
		t.Errorf("finishOnKey = %q, %v", v, ok)
	}
	if a := gather.Attrs[1]; a.Name != "timeout" || a.Value != "3" || a.Line != 4 || a.Col != 2 {
		t.Errorf("timeout: %+v", a)
	}
	if gather.Line != 3 || gather.Col != 3 {
		t.Errorf("Gather at %d:%d", gather.Line, gather.Col)
	}
	if got := gather.Child("Say").Text(); got != "a & <b>" {
		t.Errorf("text %q", got)
	}
}
