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
		"ivr":          {"twiml", "ivr/expr", "ivr/internal/seal"},
		"ivr/expr":     nil,
		"carrier":      {".", "twilio", "twiml", "carrier/internal/audio"},
		"callgatetest": {".", "carrier", "twilio"},
		"explain":      {".", "twilio"},

		"internal/archtest":         nil,
		"internal/capture":          {".", "explain", "twilio"},
		"internal/casefile":         {"explain"},
		"internal/callscript":       {".", "carrier", "ivr", "internal/spell", "internal/strictyaml"},
		"internal/config":           {".", "internal/strictyaml", "internal/spell"},
		"internal/doctor":           {".", "explain", "twilio", "internal/doctor/protocol"},
		"internal/doctor/protocol":  {"."},
		"internal/doctor/responder": {".", "twilio", "internal/doctor/protocol"},

		"internal/explainer":     {".", "explain", "twilio"},
		"internal/explore":       {"carrier", "ivr", "ivr/expr"},
		"internal/gateway":       {"."},
		"internal/flowfile":      {"ivr", "ivr/expr", "twiml", "internal/strictyaml", "internal/spell", "go.yaml.in/yaml/v4"},
		"internal/graph":         {"ivr", "github.com/fogleman/gg", "golang.org/x/image/font/..."},
		"internal/htpasswd":      {"golang.org/x/crypto/bcrypt"},
		"internal/keys":          {"."},
		"internal/leaktest":      nil,
		"internal/line":          {".", "ivr"},
		"internal/logreport":     {".", "explain"},
		"internal/lookup":        {".", "ivr"},
		"internal/outbox":        nil,
		"internal/metrics":       {".", "github.com/prometheus/client_golang/prometheus/..."},
		"internal/phone":         {"carrier"},
		"internal/requestlog":    {"."},
		"internal/server":        nil,
		"internal/spell":         nil,
		"internal/strictyaml":    {"internal/spell", "go.yaml.in/yaml/v4"},
		"internal/watch":         nil,
		"carrier/internal/audio": nil,
		"ivr/internal/seal":      nil,
		"twiml/internal/gen":     {"twiml"},

		// The commands put the parts together, and nobody else does.
		"internal/cli": {
			".", "twilio", "twiml", "ivr", "carrier", "explain", "examples", "internal/...",
			"github.com/spf13/cobra", "github.com/spf13/cobra/doc", "github.com/spf13/pflag",
			"golang.org/x/term",
		},
		"cmd/callgate":               {"internal/cli"},
		"internal/leaktest/leakscan": {"internal/leaktest"},

		"examples":         nil,
		"examples/pyramid": {".", "twilio", "twiml"},

		"interop":                  nil,
		"interop/carrier":          nil,
		"interop/doctor":           nil,
		"interop/frameworks":       nil,
		"interop/misconfigured":    nil,
		"interop/proxies":          nil,
		"interop/restart":          nil,
		"interop/signers":          nil,
		"interop/internal/process": {"internal/leaktest"},
		"interop/internal/proxy":   {"interop/internal/process"},
		"interop/internal/signer":  {"interop/internal/process"},
		"interop/internal/wire":    nil,
	},
	TestUses: []string{
		"github.com/go-chi/chi/v5",
		"github.com/google/go-cmp/cmp",
		"github.com/rogpeppe/go-internal/testscript",
		"github.com/santhosh-tekuri/jsonschema/v6",
		"pgregory.net/rapid",
	},
}
