package proxies_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/callgate/callgate/interop/internal/process"
)

func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(process.Root(t), "docs", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestPrefixDocumented keeps the page and TestPrefixStripped of one mind.
func TestPrefixDocumented(t *testing.T) {
	said := singleSpaced(page(t, "behind-a-proxy.md"))
	for name, edits := range stripping() {
		for i := 1; i < len(edits); i += 2 {
			for line := range strings.Lines(edits[i]) {
				line = singleSpaced(line)
				isNew := !strings.Contains(singleSpaced(edits[i-1]), line)
				if isNew && !strings.Contains(said, line) {
					t.Errorf("docs/behind-a-proxy.md does not show this line for %s: %s", name, line)
				}
			}
		}
	}
}

func singleSpaced(s string) string { return strings.Join(strings.Fields(s), " ") }

// TestPagesCheck lets the server check every configuration that the pages show,
// completed by what a page leaves out.
func TestPagesCheck(t *testing.T) {
	callgate := process.Callgate(t)
	block := regexp.MustCompile("(?s)```yaml\n(.*?)```")
	for _, name := range []string{"behind-a-proxy.md", "from-pyramid.md"} {
		blocks := block.FindAllStringSubmatch(page(t, name), -1)
		if len(blocks) == 0 {
			t.Errorf("%s shows no configuration", name)
		}
		for _, b := range blocks {
			dir := t.TempDir()
			config := filepath.Join(dir, "callgate.yaml")
			for path, text := range map[string]string{config: completed(b[1]), filepath.Join(dir, "welcome.xml"): document} {
				if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command(callgate, "serve", "--check", "--config", config)
			cmd.Env = append(os.Environ(), "TWILIO_AUTH_TOKEN="+token)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%s: %v\n%s\n%s", name, err, out, completed(b[1]))
			}
		}
	}
}

// completed adds the keys that a server needs to start.
func completed(yaml string) string {
	for key, line := range map[string]string{
		"support_number:": "support_number: +15005550100\n",
		"routes:":         "routes: [{path: /, demo: true}]\n",
	} {
		if !strings.Contains(yaml, key) {
			yaml += line
		}
	}
	return yaml
}
