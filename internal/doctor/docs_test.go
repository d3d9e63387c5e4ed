package doctor_test

import (
	"os"
	"strings"
	"testing"

	"github.com/callgate/callgate/internal/doctor"
)

// Each cause that the doctor adds has a line on its page.
func TestPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/doctor.md")
	if err != nil {
		t.Fatal(err)
	}
	for cause, title := range doctor.Titles {
		if !strings.Contains(string(page), "\n| `"+string(cause)+"` | ") || title == "" {
			t.Errorf("docs/doctor.md has no line for %s", cause)
		}
	}
}
