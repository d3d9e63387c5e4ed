package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/callgate/callgate/internal/config"
)

// defaultConfigFile is read when no other is named and it is there.
const defaultConfigFile = "callgate.yaml"

// setting is a value that the command line, the environment and the configuration file
// can give, the first of them that does.
type setting struct {
	flag, variable string
	key            string // in the file; "" when it cannot stand there
	usage          string
}

var serveSettings = []setting{
	{"listen", "CALLGATE_LISTEN", "listen", "listen on `HOST:PORT`; port 0 picks one (default " + config.DefaultListen + ")"},
	{"public-url", "CALLGATE_PUBLIC_URL", "public_url", "the `URL` that carriers reach this server by"},
	{"support-number", "CALLGATE_SUPPORT_NUMBER", "support_number", "the `number` that callers are connected with when their call cannot be answered"},
	{"admin-listen", "CALLGATE_ADMIN_LISTEN", "admin.listen", "health checks and metrics on `HOST:PORT`, or off (default " + config.DefaultAdminListen + ")"},
	{"config", "CALLGATE_CONFIG", "", "the configuration `file` (default " + defaultConfigFile + ", if it is there)"},
}

// value returns the value of the setting and where it came from, "" for nowhere.
func (s setting) value(cmd *cobra.Command, env *Env) (value, from string) {
	if cmd.Flags().Changed(s.flag) {
		value, _ = cmd.Flags().GetString(s.flag)
		return value, "--" + s.flag
	}
	if value = env.Getenv(s.variable); value != "" {
		return value, s.variable
	}
	return "", ""
}

func newServe(env *Env) *cobra.Command {
	var dev, check, example bool
	var flow flowSettings
	cmd := &cobra.Command{
		Use:   "serve [FLOW.yaml]",
		Short: "Answer calls",
		Long: `Answer calls: a server that admits what the carrier signed and rescues everything
that fails.

` + defaultConfigFile + ` says how; --example prints one with every key. It is read again when it or
a file that it names changes, and on SIGHUP; when it is wrong then, the old one stays and
the log says what is wrong. Flags win over the environment, and that over the file:

` + settingsHelp() + `
Without a configuration file the call flow FLOW.yaml answers or, without that too, the
demonstration line; bookings and voicemails of the flow are written to ` + defaultOutbox + `,
and --media-url and --overrides say what a route says in the file.
Without keys in the configuration, the auth token comes from TWILIO_AUTH_TOKEN, and its
account from TWILIO_ACCOUNT_SID.

On SIGINT or SIGTERM the server finishes the requests in flight and stops.`,
		Example: `  callgate serve --dev
  callgate serve --dev clinic.yaml
  callgate serve clinic.yaml --media-url https://media.example.org/ --overrides hours.yaml
  callgate serve --example > callgate.yaml
  callgate serve --check --config callgate.yaml
  callgate serve --config callgate.yaml --listen 127.0.0.1:8080`,
		Args: atMostOneFlow,
		RunE: func(cmd *cobra.Command, args []string) error {
			if example {
				_, err := env.Stdout.Write(config.Example)
				return err
			}
			s := newServing(cmd, env, dev)
			if err := s.source.answerWith(args, flow); err != nil {
				return err
			}
			if check {
				return s.check(cmd.Context())
			}
			return s.run(cmd.Context())
		},
	}
	for _, s := range serveSettings {
		cmd.Flags().String(s.flag, "", s.usage)
	}
	cmd.Flags().StringVar(&flow.mediaURL, "media-url", "", "the `URL` of the folder of FLOW's sound files; it ends in a slash")
	cmd.Flags().StringVar(&flow.overrides, "overrides", "", "a `file` that opens or closes FLOW's schedules by hand: lines such as \"shop: closed\"; it need not exist")
	cmd.Flags().BoolVar(&dev, "dev", false, "use a key made for this run, and print requests to try")
	cmd.Flags().BoolVar(&check, "check", false, "check the configuration, and what it names, and exit")
	cmd.Flags().BoolVar(&example, "example", false, "print a configuration file with every key, and exit")
	cmd.MarkFlagsMutuallyExclusive("check", "example", "dev")
	return cmd
}

func settingsHelp() string {
	var b strings.Builder
	for _, s := range serveSettings {
		key := s.key
		if key == "" {
			key = "-"
		}
		fmt.Fprintf(&b, "  --%-16s %-24s %s\n", s.flag, s.variable, key)
	}
	return b.String()
}

func atMostOneFlow(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usagef("%s takes one flow, but was given %d; name several in a configuration file", cmd.CommandPath(), len(args))
	}
	return nil
}

// source is where the configuration comes from.
type source struct {
	file      string // "" when there is none
	flow      string // that answers when there is no file; "" for the demonstration line
	settings  flowSettings
	overrides []config.Override
}

// flowSettings are what a route says of its flow where there is a configuration file.
type flowSettings struct{ mediaURL, overrides string }

// answerWith has a flow of the command line answer, if there is one.
func (s *source) answerWith(args []string, settings flowSettings) error {
	switch {
	case len(args) > 0 && s.file != "":
		return usagef("%s answers, and so %s cannot; name the flow in a route there, or remove the file", s.file, args[0])
	case len(args) == 0 && settings != flowSettings{}:
		return usagef("--media-url and --overrides are for a flow that is named on the command line; in a configuration file they are media_url and overrides of a route")
	case len(args) > 0:
		s.flow, s.settings = args[0], settings
	}
	return nil
}

func newSource(cmd *cobra.Command, env *Env) source {
	var s source
	for _, setting := range serveSettings {
		value, from := setting.value(cmd, env)
		switch {
		case from == "":
		case setting.key == "":
			s.file = value
		default:
			s.overrides = append(s.overrides, config.Override{Key: setting.key, Value: value, From: from})
		}
	}
	if _, err := os.Stat(defaultConfigFile); s.file == "" && !errors.Is(err, fs.ErrNotExist) {
		s.file = defaultConfigFile
	}
	return s
}

// name says where the configuration came from.
func (s source) name() string {
	return cmp.Or(s.file, config.NoFile)
}

// defaultOutbox is where bookings and voicemails go when there is no configuration file.
const defaultOutbox = "callgate-outbox.jsonl"

// withoutFile is the configuration when there is no file.
func (s source) withoutFile() string {
	if s.flow == "" {
		return "routes: [{path: /, demo: true}]"
	}
	route := fmt.Sprintf("{path: /, flow: %q, media_url: %q, overrides: %q}", s.flow, s.settings.mediaURL, s.settings.overrides)
	return "outbox: " + defaultOutbox + "\nroutes: [" + route + "]"
}

// load reads and checks the configuration.
func (s source) load() (*config.Config, error) {
	if s.file == "" {
		return config.Load("", []byte(s.withoutFile()), s.overrides...)
	}
	content, err := os.ReadFile(s.file)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", err)
	}
	return config.Load(s.file, content, s.overrides...)
}
