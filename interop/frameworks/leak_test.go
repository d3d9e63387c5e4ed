package frameworks_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/internal/leaktest"
)

// TestMain has explanations searched for the key of the tests and for signatures.
func TestMain(m *testing.M) {
	os.Exit(leaktest.Main(m, token))
}

// noted hands on an explanation, in both of its forms, to the search for leaks.
func noted(x *explain.Explanation) *explain.Explanation {
	var text strings.Builder
	_ = x.WriteText(&text) // a Builder takes everything
	asJSON, err := json.Marshal(x)
	leaktest.Note(text.String(), string(asJSON), err)
	return x
}
