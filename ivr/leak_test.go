package ivr_test

import (
	"os"
	"testing"

	"github.com/callgate/callgate/internal/leaktest"
)

// TestMain has what steps say in errors searched for what the tests' callers send.
func TestMain(m *testing.M) {
	os.Exit(leaktest.Main(m, "a key of", "29022025", "13032026", "01032026", "02032026", "15550100001", "2079460000"))
}
