package explain_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/internal/leaktest"
)

// TestMain has explanations, of which the server logs a part, searched for the keys of the
// tests and for signatures.
func TestMain(m *testing.M) {
	os.Exit(leaktest.Main(m, keyA, keyB, keyOld))
}

// noted hands on an explanation, in all its forms, to the search for leaks.
func noted(x *explain.Explanation) *explain.Explanation {
	var text bytes.Buffer
	_ = x.WriteText(&text) // a Buffer takes everything
	asJSON, err := json.Marshal(x)
	leaktest.Note(text.String(), string(asJSON), err)
	return x
}
