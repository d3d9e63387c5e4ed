package twiml_test

import (
	"strings"
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

// XML 1.0 section 3.3.3: a tab or line break in an attribute counts as a space,
// one written as a reference stays; section 2.11: line ends become "\n".
func TestDecodeWhiteSpace(t *testing.T) {
	root, err := twiml.Decode([]byte("<Response a='1\r\n2\t3&#9;4&#xA;5 &amp;&quot;' b = \"'\t\"><Say>a\r\nb&#13;c</Say></Response>"))
	if err != nil {
		t.Fatal(err)
	}
	if got := root.AttrOr("a", ""); got != "1 2 3\t4\n5 &\"" {
		t.Errorf("a = %q", got)
	}
	if got := root.AttrOr("b", ""); got != "' " {
		t.Errorf("b = %q", got)
	}
	if got := root.Child("Say").Text(); got != "a\nb\rc" {
		t.Errorf("text %q", got)
	}
}

// Text is a node between elements; comments do not cut it in two.
func TestDecodeMixed(t *testing.T) {
	root, err := twiml.Decode([]byte("<Response><Say> Hi <!-- x -->you<?y z?> <w>all <s>of</s></w> there </Say></Response>"))
	if err != nil {
		t.Fatal(err)
	}
	say := root.Child("Say")
	if len(say.Children) != 3 || say.Children[0].Text != " Hi you " || say.Children[2].Text != " there " {
		t.Errorf("%+v", say.Children)
	}
	if say.AllText() != "Hi you all of there" || say.Text() != "Hi you  there" {
		t.Errorf("%q, %q", say.AllText(), say.Text())
	}
	if say.Child("none") != nil || say.AttrOr("none", "x") != "x" {
		t.Error("found what is not there")
	}
}

// Where the carrier gives up before the first verb: line, column, code.
func TestDecodeRefuses(t *testing.T) {
	for _, tt := range []struct{ doc, want string }{
		{"", "1:1: fatal 11770: the document is empty"},
		{"  \n", "1:1: fatal 12100: there is no element"},
		{"<!-- only -->", "1:1: fatal 12100: there is no element"},
		{"\n<?xml version='1.0'?><Response/>", "2:1: fatal 12100: something stands before"},
		{"\ufeff<?xml version='1.0'?><Response/>", "1:1: fatal 12100: text outside the root"},
		{"\ufeff<Response/>", "1:1: fatal 12100: text outside the root"},
		{"<?XML version='1.0'?><Response/>", "1:1: fatal 12100: the XML declaration is written <?xml in small letters"},
		{"<?xml encoding='UTF-8'?><Response/>", "1:1: fatal 12100: the XML declaration has no version"},
		{"<?xml version='1.1'?><Response/>", "fatal 12100: not well formed"},
		{"<?xml version='1.0' encoding='ISO-8859-1'?><Response/>", "fatal 12100: not well formed: the XML declaration names another encoding"},
		{"<Response></response>", "fatal 12100: not well formed"},
		{"<Response/>\n<![CDATA[x]]>", "2:1: fatal 12100: a CDATA section outside"},
		{"<Response/>&#32;", "1:12: fatal 12100: text outside"},
		{"<Response>\n <Say a='&#xFFFE;'/></Response>", "fatal 12100"},
		{"<Response>\n <Say a='&#xD800;'/></Response>", "2:2: fatal 12100: &#xD800; is no character"},
		{"<VoiceResponse/>", "1:1: fatal 12102: the root element is <VoiceResponse>"},
		{"<!-- c -->\n<response/>", "2:1: fatal 12102"},
	} {
		root, err := twiml.Decode([]byte(tt.doc))
		if root != nil || err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %s", tt.doc, err, tt.want)
		}
	}
}
