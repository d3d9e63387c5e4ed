package archtest_test

import "github.com/callgate/callgate/internal/archtest"

// rules says who may import whom: see docs/design.md. Public packages use the
// standard library and each other, in one direction. Each internal package does one
// thing and does not look sideways; internal/cli puts them together.
var rules = archtest.Rules{
	Module: "github.com/callgate/callgate",
	Uses: map[string][]string{
		".":            nil,
		"twilio":       {"."},
		"twiml":        nil,
		"carrier":      {".", "carrier/internal/audio", "twilio", "twiml"},
		"callgatetest": {".", "carrier"},
		"explain":      {".", "twilio"},

		"carrier/internal/audio": nil,
		"twiml/internal/gen":     {"twiml"},

		"internal/archtest":   nil,
		"internal/config":     {".", "internal/strictyaml", "internal/spell"},
		"internal/keys":       {"."},
		"internal/leaktest":   nil,
		"internal/server":     nil,
		"internal/spell":      nil,
		"internal/strictyaml": {"internal/spell", "go.yaml.in/yaml/v4"},
		"internal/watch":      nil,

		"internal/cli": {
			".", "twilio", "twiml", "internal/...",
			"github.com/spf13/cobra", "github.com/spf13/cobra/doc", "github.com/spf13/pflag",
			"golang.org/x/term",
		},
		"cmd/callgate":               {"internal/cli"},
		"internal/leaktest/leakscan": {"internal/leaktest"},

		"interop":                  nil,
		"interop/proxies":          nil,
		"interop/signers":          nil,
		"interop/internal/process": nil,
		"interop/internal/proxy":   {"interop/internal/process"},
		"interop/internal/signer":  {"interop/internal/process"},
		"interop/internal/wire":    nil,
	},
	TestUses: []string{
		"github.com/google/go-cmp/cmp",
		"github.com/rogpeppe/go-internal/testscript",
	},
}
