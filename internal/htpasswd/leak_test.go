package htpasswd_test

import (
	"os"
	"testing"

	"github.com/callgate/callgate/internal/leaktest"
)

// TestMain has errors searched for the hashes and passwords of the tests.
func TestMain(m *testing.M) {
	os.Exit(leaktest.Main(m, apache[7:], uu[7:], "rqXexS6ZhobKA", "Lg7ZzsSgKZ9X4r7yUyWxi", "VBPuJHI7uixaa6LQGWx4s", "tortoise"))
}
