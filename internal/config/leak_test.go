package config_test

import (
	"os"
	"testing"

	"github.com/callgate/callgate/internal/leaktest"
)

// TestMain has faults searched for what the files hold.
func TestMain(m *testing.M) {
	os.Exit(leaktest.Main(m))
}
