package callgate_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/callgate/callgate"
)

// checkDocument asks New about a document, the one way to do so without a request.
func checkDocument(t testing.TB, doc string) error {
	t.Helper()
	c := config(t)
	c.Rescue.Documents["fr"] = []byte(doc)
	_, err := callgate.New(c)
	return err
}

// Documents that are well-formed by XML 1.0 and those that are not, by its
// productions, and what carriers add (Twilio, errors 11750, 12100 and 12102).
var documents = []struct{ name, doc, want string }{
	{"least", `<Response/>`, ""},
	{"declaration", `<?xml version="1.0"?><Response/>`, ""},
	{"declaration with encoding", `<?xml version="1.0" encoding="UTF-8"?><Response></Response>`, ""},
	{"small letters", `<?xml version='1.0' encoding='utf-8' standalone='yes' ?>` + "\n<Response/>\n", ""},
	{"standalone", `<?xml version="1.0" standalone="no"?><Response/>`, ""},
	{"comments and instructions", `<!-- a - b --><?target data?><?t?><Response><!----><?t x?></Response><!-- end -->`, ""},
	{"attributes", `<Response><Say language="en" voice = 'a"b'>x</Say></Response>`, ""},
	{"text", `<Response><Say>Tom &amp; Jerry &lt;3 &#233; &#xE9; &quot;&apos;&gt; ></Say></Response>`, ""},
	{"CDATA", `<Response><Say><![CDATA[Tom & <Jerry> ]] ]]></Say></Response>`, ""},
	{"unicode", `<Response><Say>España 日本 😀</Say></Response>`, ""},
	{"nested", strings.Repeat("<Response>", 40) + strings.Repeat("</Response >", 40), ""},
	{"white space", "<Response \n><Pause\tlength='1'\r\n/>\n</Response>", ""},
	{"name with marks", `<Response xmlns:x="u"><x:a_b-c.d/></Response>`, ""},
	{"many attributes", `<Response a="" b="" c="" d="" e="" f="" g="" h="" i="" j="" k="" l="" m="" n="" o="" p="" q="" r=""/>`, ""},
	{"as large as may be", `<Response>` + strings.Repeat(" ", callgate.MaxDocument-21) + `</Response>`, ""},

	{"nothing", ``, "begins with"},
	{"byte order mark", "\ufeff<Response/>", "begins with"},
	{"blank line before", "\n<?xml version=\"1.0\"?><Response/>", "begins with"},
	{"text", "Internal Server Error", "begins with"},
	{"JSON", `{"error":"not found"}`, "begins with"},
	{"HTML", `<html><body>Not Found</body></html>`, "root element is not Response"},
	{"lower-case root", `<response/>`, "root element is not Response"},
	{"longer root", `<Responses/>`, "root element is not Response"},
	{"no root", `<?xml version="1.0"?>`, "ends within"},
	{"text before root", `<?xml version="1.0"?>x<Response/>`, "root element is not Response"},
	{"two roots", `<Response/><Response/>`, "after the root"},
	{"text after root", `<Response/>x`, "after the root"},
	{"less-than behind an ampersand", `<Response a="&amp;<"/>`, "in the value"},
	{"document type", `<!DOCTYPE Response><Response/>`, "document type"},
	{"document type after comment", `<!-- --><!DOCTYPE Response [<!ENTITY x "y">]><Response>&x;</Response>`, "document type"},
	{"declaration not first", `<!-- --><?xml version="1.0"?><Response/>`, "instruction"},
	{"second declaration", `<?xml version="1.0"?><?xml version="1.0"?><Response/>`, "instruction"},
	{"declaration in element", `<Response><?XML version="1.0"?></Response>`, "instruction"},
	{"declaration without version", `<?xml encoding="UTF-8"?><Response/>`, "instruction"},
	{"declaration of nothing", `<?xml?><Response/>`, "instruction"},
	{"declaration in wrong order", `<?xml version="1.0" standalone="yes" encoding="UTF-8"?><Response/>`, "instruction"},
	{"two versions", `<?xml version="1.0" version="1.0"?><Response/>`, "instruction"},
	{"version 1.1", `<?xml version="1.1"?><Response/>`, "instruction"},
	{"foreign attribute", `<?xml version="1.0" lang="en"?><Response/>`, "instruction"},
	{"maybe standalone", `<?xml version="1.0" standalone="maybe"?><Response/>`, "instruction"},
	{"declaration without space", `<?xml version="1.0"encoding="UTF-8"?><Response/>`, "name=\"value\""},
	{"declaration open", `<?xml version="1.0" <Response/>`, "name=\"value\""},
	{"other encoding", `<?xml version="1.0" encoding="ISO-8859-1"?><Response/>`, "encoding"},
	{"instruction without target", `<Response><? x?></Response>`, "instruction"},
	{"instruction target with mark", `<Response><?x!?></Response>`, "instruction"},
	{"instruction open", `<Response><?x </Response>`, "ends within"},
	{"comment with dashes", `<!-- a -- b --><Response/>`, "comment"},
	{"comment that ends in a dash", `<!-- a ---><Response/>`, "comment"},
	{"comment open", `<Response/><!-- a`, "ends within"},
	{"truncated", `<Response><Say>Hello`, "ends within"},
	{"truncated at an element", `<Response><Say>Hello</Say>`, "ends within"},
	{"truncated in a tag", `<Response><Say`, "ends within"},
	{"truncated in an end tag", `<Response></Response`, "ends within"},
	{"truncated in an attribute", `<Response><Say voice="al`, "ends within"},
	{"truncated before a value", `<Response><Say a=`, "name=\"value\""},
	{"truncated in CDATA", `<Response><![CDATA[ x ]]`, "ends within"},
	{"crossed", `<Response><Gather><Say></Gather></Say></Response>`, "does not match"},
	{"other case", `<Response><Say></say></Response>`, "does not match"},
	{"end tag first", `</Response>`, "begins no markup"},
	{"empty end tag", `<Response></></Response>`, "does not match"},
	{"CDATA as root", `<![CDATA[ x ]]>`, "begins no markup"},
	{"bare less-than", `<Response>1 < 2</Response>`, "begins no markup"},
	{"name with digit first", `<Response><1/></Response>`, "begins no markup"},
	{"declaration inside", `<Response><!ELEMENT x></Response>`, "begins no markup"},
	{"bare ampersand", `<Response><Say>Tom & Jerry</Say></Response>`, "write &amp;"},
	{"ampersand without end", `<Response><Say>R&D</Say></Response>`, "write &amp;"},
	{"ampersand in an address", `<Response><Redirect>/a?b=1&c=2</Redirect></Response>`, "write &amp;"},
	{"ampersand in an attribute", `<Response><Gather action="/a?b=1&c=2;"/></Response>`, "write &amp;"},
	{"entity of HTML", `<Response>&nbsp;</Response>`, "write &amp;"},
	{"empty reference", `<Response>&#;</Response>`, "write &amp;"},
	{"empty hexadecimal reference", `<Response>&#x;</Response>`, "write &amp;"},
	{"reference with X", `<Response>&#XE9;</Response>`, "write &amp;"},
	{"hexadecimal digit in a decimal reference", `<Response>&#1a;</Response>`, "write &amp;"},
	{"reference to zero", `<Response>&#0;</Response>`, "write &amp;"},
	{"reference to a surrogate", `<Response>&#xD800;</Response>`, "write &amp;"},
	{"reference beyond Unicode", `<Response>&#x110000;</Response>`, "write &amp;"},
	{"reference without bound", `<Response>&#99999999999999999999;</Response>`, "write &amp;"},
	{"attribute without value", `<Response><Say loop>x</Say></Response>`, "name=\"value\""},
	{"attribute without quotation marks", `<Response><Say loop=1>x</Say></Response>`, "name=\"value\""},
	{"attributes without space", `<Response><Say a="1"b="2">x</Say></Response>`, "name=\"value\""},
	{"attribute without name", `<Response><Say ="1">x</Say></Response>`, "name=\"value\""},
	{"slash in a tag", `<Response><Say/ >x</Say></Response>`, "name=\"value\""},
	{"attribute twice", `<Response><Say a="1" a="2">x</Say></Response>`, "occurs twice"},
	{"less-than in an attribute", `<Response><Say a="<">x</Say></Response>`, "in the value"},
	{"end of CDATA in text", `<Response>]]></Response>`, "]]>"},
	{"control character", "<Response>\x00</Response>", "does not have"},
	{"escape character", "<Response>\x1b[31m</Response>", "does not have"},
	{"no character", "<Response>\uffff</Response>", "does not have"},
	{"Latin-1", "<Response>Espa\xf1a</Response>", "not UTF-8"},
	{"too large", `<Response>` + strings.Repeat(" ", callgate.MaxDocument) + `</Response>`, "more than carriers take"},
}

func TestDocuments(t *testing.T) {
	for _, c := range documents {
		t.Run(c.name, func(t *testing.T) {
			err := checkDocument(t, c.doc)
			switch {
			case c.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

// TestDocumentSamples checks documents that others wrote.
func TestDocumentSamples(t *testing.T) {
	files, err := filepath.Glob("twiml/testdata/samples/*.twiml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no samples: %v", err)
	}
	for _, file := range files {
		doc, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		ours, theirs := checkDocument(t, string(doc)), decodeXML(doc)
		if (ours == nil) != (theirs == nil) {
			t.Errorf("%s: %v; encoding/xml: %v", file, ours, theirs)
		}
	}
}

// decodeXML reads a document with encoding/xml.
func decodeXML(doc []byte) error {
	d := xml.NewDecoder(bytes.NewReader(doc))
	roots, depth := 0, 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			if roots != 1 {
				return errors.New("not one root")
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth == 0 {
				roots++
				if token.Name.Local != "Response" {
					return errors.New("another root")
				}
			}
			depth++
		case xml.EndElement:
			depth--
		}
	}
}

// FuzzDocument checks that what is accepted is what encoding/xml reads too.
func FuzzDocument(f *testing.F) {
	for _, c := range documents {
		if len(c.doc) < 1000 {
			f.Add(c.doc)
		}
	}
	f.Fuzz(func(t *testing.T, doc string) {
		if checkDocument(t, doc) != nil {
			return
		}
		if err := decodeXML([]byte(doc)); err != nil {
			t.Errorf("accepted, but encoding/xml says: %v", err)
		}
	})
}

// Control characters are found wherever they stand (XML 1.0, section 2.2).
func TestDocumentCharacters(t *testing.T) {
	for c := range byte(' ') {
		for before := range 18 {
			doc := "<Response>" + strings.Repeat("x", before) + string(rune(c)) + "y</Response>"
			err := checkDocument(t, doc)
			if allowed := c == '\t' || c == '\n' || c == '\r'; allowed != (err == nil) {
				t.Errorf("%#x after %d characters: %v", c, before, err)
			}
		}
	}
}
