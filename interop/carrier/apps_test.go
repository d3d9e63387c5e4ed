package carrier_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/interop/internal/process"
)

const (
	token  = "interop-0123456789abcdef"
	public = "https://ivr.example.org"
)

func TestMain(m *testing.M) { os.Exit(process.Main(m, token)) }

// application is a telephone line that is not ours.
type application struct {
	name   string
	script string
	find   func(*testing.T) (interpreter string, env []string)
}

var applications = []application{
	{"Express", "express.cjs", func(t *testing.T) (string, []string) {
		modules := filepath.Join(process.Root(t), "interop", "npm", "node_modules")
		if _, err := os.Stat(filepath.Join(modules, "twilio")); err != nil {
			process.Missing(t, "the npm package twilio")
		}
		return process.Need(t, "node"), []string{"NODE_PATH=" + modules, "NODE_ENV=production"}
	}},
	{"Flask", "flask_app.py", func(t *testing.T) (string, []string) {
		const python = "/usr/bin/python3"
		if exec.Command(python, "-c", "import flask, twilio").Run() != nil {
			process.Missing(t, "python3-flask with python3-twilio")
		}
		return python, nil
	}},
}

func (a application) start(t *testing.T) (p *process.Process, server string) {
	t.Helper()
	interpreter, env := a.find(t)
	script, err := filepath.Abs(filepath.Join("testdata", a.script))
	if err != nil {
		t.Fatal(err)
	}
	address := process.FreeAddress(t)
	_, port, _ := net.SplitHostPort(address)
	p = process.Start(t, process.Spec{Argv: []string{interpreter, script}, Listen: address,
		Env: append(env, "TWILIO_AUTH_TOKEN="+token, "PORT="+port)})
	return p, "http://" + address
}

// place calls a line from somebody whose parameters are hard to encode.
func place(t *testing.T, config carrier.Config) *carrier.Call {
	t.Helper()
	line, err := carrier.NewLine(config)
	if err != nil {
		t.Fatal(err)
	}
	call, err := line.Call(t.Context(), carrier.Caller{From: "+15005550190", Extra: callgate.Params{
		{Name: "CallerName", Value: `Zoë & "Söhne" +1 100%/~*'()` + "\u2603 \U0001F600"}, {Name: "SipHeader_X-Empty"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	return call
}

func must(t *testing.T, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Applications that others guard and others write are called, admit every request
// of ours and are understood: as they are, and behind the gate.
func TestApplications(t *testing.T) {
	for _, app := range applications {
		t.Run(app.name, func(t *testing.T) {
			t.Parallel()
			p, server := app.start(t)
			config := carrier.Config{Token: token, VoiceURL: public + "/voice", Server: server, StatusURL: public + "/status"}
			converse(t, p, config)
			t.Run("an exception", func(t *testing.T) {
				call := place(t, config)
				must(t, call.Press("4"))
				if _, err := call.Finish(); err != nil {
					t.Fatal(err)
				}
				wantEnd(t, call, carrier.EndApology, 11200)
			})
			t.Run("another key is not", func(t *testing.T) {
				wrong := config
				wrong.Token = "another-0123456789abcdef"
				call := place(t, wrong)
				if _, err := call.Finish(); err != nil {
					t.Fatal(err)
				}
				wantEnd(t, call, carrier.EndApology, 11200)
				for _, x := range call.Exchanges() {
					if x.Status != http.StatusForbidden {
						t.Errorf("admitted: %s", x)
					}
				}
			})
		})
		t.Run(app.name+" behind the gate", func(t *testing.T) {
			t.Parallel()
			p, server := app.start(t)
			config := carrier.Config{Token: token, VoiceURL: public + "/voice", Server: gate(t, server), StatusURL: public + "/status"}
			converse(t, p, config)
			t.Run("an exception", func(t *testing.T) {
				call := place(t, config)
				must(t, call.Press("4"), call.Hear("We are sorry"), call.Dials("+15005550143", carrier.Callee{Talk: time.Minute}))
				finish(t, call, carrier.EndDocument)
			})
			t.Run("another key is not", func(t *testing.T) {
				wrong := config
				wrong.Token, wrong.StatusURL = "another-0123456789abcdef", "" // which gets a 403
				call := place(t, wrong)
				must(t, call.Hear("We are sorry"))
				finish(t, call, carrier.EndDocument)
			})
		})
	}
}

// converse makes calls that a line which is not ours answers and whose every request its
// own middleware admits.
func converse(t *testing.T, p *process.Process, config carrier.Config) {
	t.Run("a menu, a cookie, a whisper and a busy line", func(t *testing.T) {
		call := place(t, config)
		must(t, call.Hear("Press 1 for sales & 2"), call.Silence(), call.Hear("Press 1"), call.Press("9"),
			call.Hear("not a choice. You came with visits=2"), call.Press("1"), call.Hear("Connecting <sales>"),
			call.Dials("+15005550123", carrier.Callee{Does: carrier.Busy}), call.Hear("The call was busy"))
		finish(t, call, carrier.EndDocument)
	})
	t.Run("a bridge", func(t *testing.T) {
		call := place(t, config)
		must(t, call.Press("1"), call.Dials("", carrier.Callee{Talk: time.Minute}), call.Hear("The call was completed"))
		finish(t, call, carrier.EndDocument)
	})
	t.Run("a recording", func(t *testing.T) {
		call := place(t, config)
		must(t, call.Press("2"), call.Record(7*time.Second, "#"), call.Hear("You spoke for 7 seconds"))
		finish(t, call, carrier.EndHangup)
	})
	t.Run("speech, by GET", func(t *testing.T) {
		call := place(t, config)
		must(t, call.Press("3"), call.Say("Crème brûlée & tea"), call.Hear("You said Crème brûlée & tea about a b"))
		finish(t, call, carrier.EndDocument)
	})
	t.Run("all of it was admitted by their middleware", func(t *testing.T) {
		for _, want := range []string{"POST /voice", "POST /menu", "POST /whisper", "POST /after", "POST /recorded", "POST /saved", "GET /spoken", "POST /status"} {
			if !slices.Contains(p.Lines(), "admitted "+want) {
				t.Errorf("%s was not admitted", want)
			}
		}
	})
}

// gate starts callgate in front of an application and returns its address.
func gate(t *testing.T, upstream string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "callgate.yaml")
	content := fmt.Sprintf(`
public_url: %s
support_number: +15005550143
admin: {listen: off}
routes:
  - {path: /, methods: [GET, POST], upstream: %[2]q}
  - {path: /status, kind: status, upstream: %[2]q}
  - {path: /saved, kind: status, upstream: %[2]q}
`, public, upstream)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	address := process.FreeAddress(t)
	process.Start(t, process.Spec{
		Argv: []string{process.Callgate(t), "serve", "--config", file, "--listen", address}, Listen: address,
		Env: []string{"TWILIO_AUTH_TOKEN=" + token},
	})
	return "http://" + address
}

// finish lets a call end, without a word from the debugger.
func finish(t *testing.T, call *carrier.Call, want carrier.EndReason) {
	t.Helper()
	end, err := call.Finish()
	must(t, err)
	if end.Reason != want {
		t.Errorf("the call ended with %s, want %s\n%s", end.Reason, want, call.Transcript())
	}
	for _, p := range call.Problems() {
		t.Error(p)
	}
}

func wantEnd(t *testing.T, call *carrier.Call, want carrier.EndReason, code int) {
	t.Helper()
	end, _ := call.End()
	says := slices.ContainsFunc(call.Problems(), func(p carrier.Problem) bool { return p.Code == code })
	if end.Reason != want || !says {
		t.Errorf("the call ended with %s and %v, want %s and %d\n%s", end.Reason, call.Problems(), want, code, call.Transcript())
	}
}
