// Package config reads callgate.yaml, the one file that says how "callgate serve"
// answers, and checks it whole: every fault is reported at once, with its line.
//
// The comments of the fields below say what each key means; the file Example shows
// all of them with their defaults. Values from the command line and the environment
// come in as Overrides and are checked with the rest.
//
// The package reads one file's content and nothing else. What the content names,
// secrets and other files, is read by whoever puts the parts together, who reports
// its faults through Config.Fault so that they too carry a line.
package config

import (
	"cmp"
	_ "embed"
	"path/filepath"
	"strings"
	"time"

	"github.com/callgate/callgate/internal/strictyaml"
)

// Example is a commented configuration that shows every key.
//
//go:embed callgate.example.yaml
var Example []byte

// Config is what callgate.yaml says. Relative file names in it are relative to the
// folder that the file is in; Path resolves them.
type Config struct {
	// Listen is the address that webhooks come to. Port 0 picks a free one.
	// Default: DefaultListen.
	Listen string `yaml:"listen"`

	// PublicURL is the scheme, host, port and path prefix that carriers reach this
	// server by, spelled as in the carrier's console: it is part of what they sign.
	PublicURL string `yaml:"public_url"`

	// AllowedHosts are the hosts that may be believed when there is no PublicURL: a
	// request for another one is refused.
	AllowedHosts []string `yaml:"allowed_hosts"`

	// TrustedProxies are the networks whose Forwarded and X-Forwarded-* headers are
	// believed. Default: none.
	TrustedProxies []string `yaml:"trusted_proxies"`

	// Webhooks are addresses that are configured at the carrier. They only help to
	// explain refused requests, and the doctor probes them: nothing is admitted for them.
	Webhooks []string `yaml:"webhooks"`

	// TLS makes the server speak HTTPS itself. Default: plain HTTP, for a proxy in front.
	TLS *TLS `yaml:"tls"`

	// Keys verify signatures, the newest first. Default: one, from the environment
	// variable TWILIO_AUTH_TOKEN, of the account in TWILIO_ACCOUNT_SID.
	Keys []Key `yaml:"keys"`

	// Profile says what a signed request must look like on routes that do not say it.
	// Default: ProfileVoice.
	Profile string `yaml:"profile"`

	// ExtraParams are parameters that calls to this server carry besides the
	// carrier's own.
	ExtraParams []string `yaml:"extra_params"`

	// UsersFile is a file in htpasswd form (bcrypt) for routes that take passwords.
	UsersFile string `yaml:"users_file"`

	// SupportNumber is who callers are connected with when their call cannot be answered.
	SupportNumber string `yaml:"support_number"`

	// Language is the language of callers on routes that do not name one. Default: "en".
	Language string `yaml:"language"`

	// Rescue is what callers hear when their call cannot be answered, by language.
	// Default: an apology, in English, Spanish, French and German.
	Rescue map[string]Rescue `yaml:"rescue"`

	// Unsigned is what a request without any signature gets: UnsignedForbid, a bare
	// 403 and the default, or UnsignedRescue.
	Unsigned string `yaml:"unsigned"`

	// MaxBody bounds a request's body in bytes. Default: that of callgate.Config.
	MaxBody int64 `yaml:"max_body"`

	// Deadline is how long an answer may take before the caller is rescued. Default:
	// that of callgate.Config.
	Deadline time.Duration `yaml:"deadline"`

	// Timeouts bound how long a connection may keep the server busy.
	Timeouts Timeouts `yaml:"timeouts"`

	// Admin is the listener for health checks and metrics.
	Admin Admin `yaml:"admin"`

	// Doctor is DoctorOn when "callgate doctor" is answered; DoctorOff is the default.
	Doctor string `yaml:"doctor"`

	// LogFormat is LogText, LogJSON, or LogAuto, the default: text when the log goes
	// to a terminal, else JSON.
	LogFormat string `yaml:"log_format"`

	// Explain says what becomes of explanations besides the log.
	Explain Explain `yaml:"explain"`

	// StateKeys seal the state of calls in flows, which travels in URLs, the newest
	// first; each is at least 32 characters. Default: the keys that verify signatures.
	StateKeys []Secret `yaml:"state_keys"`

	// Lookups bound the requests that flows make.
	Lookups Lookups `yaml:"lookups"`

	// Outbox is the file that flows' bookings and voicemails are written to, one JSON
	// object a line. Required when a flow has any.
	Outbox string `yaml:"outbox"`

	// Routes are the resources of the server.
	Routes []Route `yaml:"routes"`

	file string
	pos  *strictyaml.Positions
	from map[string]string // keys that were overridden, and by what
}

// TLS names a certificate. Both files are read again when they change.
type TLS struct {
	CertFile string `yaml:"cert_file"` // PEM, with the intermediate certificates
	KeyFile  string `yaml:"key_file"`  // PEM
}

// Key is a key that verifies signatures. Exactly one of Env, File and Command says
// where it comes from.
type Key struct {
	// Name stands for the key in logs and access control entries.
	Name string `yaml:"name"`
	// Account is the account or subaccount ("AC…") that signs with the key. Without
	// it the key is good for every account.
	Account string `yaml:"account"`
	// Env names an environment variable.
	Env string `yaml:"env"`
	// File is read again when it changes.
	File string `yaml:"file"`
	// Command prints the key; it is a program and its arguments, without a shell.
	Command []string `yaml:"command"`
}

// Explain says what becomes of explanations besides the log.
type Explain struct {
	// Save is a folder that refused requests are saved in, redacted, for "callgate
	// explain". Default: none.
	Save string `yaml:"save"`
	// Keep is how many files of each cause stay there, the newest. Default: 10.
	Keep int `yaml:"keep"`
}

// Secret says where a secret comes from, by exactly one of Env, File and Command, as for
// a Key.
type Secret struct {
	Env     string   `yaml:"env"`
	File    string   `yaml:"file"`
	Command []string `yaml:"command"`
}

// Lookups bound the requests that flows make.
type Lookups struct {
	// Hosts are the servers that may be asked: "crm.example.org:8443", over TLS, or
	// "http://…" for one without. Default: none.
	Hosts []string `yaml:"hosts"`
	// PrivateNetworks are private networks in which servers may be. Default: none.
	PrivateNetworks []string `yaml:"private_networks"`
	// Secrets are values of headers, by the name that flows call them by.
	Secrets map[string]Secret `yaml:"secrets"`
}

// Rescue is what callers hear in one language: exactly one of Say and File.
type Rescue struct {
	// Say is spoken, and then the support number is dialled.
	Say string `yaml:"say"`
	// File is a complete TwiML document.
	File string `yaml:"file"`
}

// Timeouts bound a connection. Zero is the default, which package server documents.
type Timeouts struct {
	ReadHeader time.Duration `yaml:"read_header"` // from the first byte of a request to the end of its headers
	Read       time.Duration `yaml:"read"`        // to the end of its body
	Write      time.Duration `yaml:"write"`       // to the end of the answer; more than the deadline
	Idle       time.Duration `yaml:"idle"`        // between requests of one connection
	Stop       time.Duration `yaml:"stop"`        // what a stopping server gives the requests in flight
}

// Admin is the listener for health checks and metrics.
type Admin struct {
	// Listen is an address on the loopback interface. Default: DefaultAdminListen.
	// AdminOff: there is no such listener.
	Listen string `yaml:"listen"`
	// InsecureNotLoopback allows another interface and says why that is right.
	// Whoever can connect reads how many calls there are and how they end.
	InsecureNotLoopback string `yaml:"insecure_not_loopback"`
}

// Route is a resource: a path and everything below it. A route inherits what it does
// not say from the nearest one above it.
type Route struct {
	// Path is "/" or begins with it and does not end with it.
	Path string `yaml:"path"`
	// Kind is KindVoice, the default, KindStatus or KindStream.
	Kind string `yaml:"kind"`
	// Methods are those that the route takes. Default: POST; of a stream GET.
	Methods []string `yaml:"methods"`
	// Auth is what a request must prove: AuthSignature, the default, AuthBasic (a
	// password), AuthBoth or AuthEither.
	Auth string `yaml:"auth"`
	// Profile says what a signed request must look like here and below.
	Profile string `yaml:"profile"`
	// Permission is what the access control list is asked for. Default: "view".
	Permission string `yaml:"permission"`
	// Entries are the access control list, "allow PRINCIPAL PERMISSION" or "deny …":
	// the first that matches decides, then those of the routes above. The route "/"
	// has by default "allow carrier:twilio view".
	Entries []string `yaml:"entries"`
	// Language is that of callers on this route.
	Language string `yaml:"language"`
	// Rescue is what they hear when their call cannot be answered.
	Rescue map[string]Rescue `yaml:"rescue"`

	// Observe puts the route on trial until a date. It is not inherited.
	Observe *Observe `yaml:"observe"`

	// What answers: at most one of the following. A voice route without any is
	// answered by the nearest route above it, a status route with "204 No Content"; a
	// stream needs an Upstream.

	// Flow is a flow file: see docs/flows.md.
	Flow string `yaml:"flow"`
	// Numbers are flow files for numbers that are dialled, in place of Flow.
	Numbers map[string]string `yaml:"numbers"`
	// MediaURL is where relative sound files of the flows are; it ends in "/".
	MediaURL string `yaml:"media_url"`
	// Overrides is a file that opens or closes schedules of the flows by hand, "shop:
	// closed" a line. It need not exist, and is read again when it changes.
	Overrides string `yaml:"overrides"`
	// File is a TwiML document that answers each call alike.
	File string `yaml:"file"`
	// Demo is the demonstration line.
	Demo bool `yaml:"demo"`
	// Upstream is where an application listens that answers: "http://127.0.0.1:9000".
	Upstream string `yaml:"upstream"`
}

// Observe is a trial of a route: its requests are marked in the log, for "callgate
// report", until it enforces by itself.
type Observe struct {
	// Until is when it ends: a day, which is midnight UTC at its beginning, or a time
	// with its zone. Required, and at most callgate.MaxObserve ahead.
	Until string `yaml:"until"`
	// InsecureAdmitRefused admits requests whose signature is missing or wrong until
	// then, and says why that is right. Whoever finds the address may do what the
	// carrier may.
	InsecureAdmitRefused string `yaml:"insecure_admit_refused"`
}

// The defaults of addresses. Both are on the loopback interface: being reached from
// elsewhere is something to decide.
const (
	DefaultListen      = "127.0.0.1:8080"
	DefaultAdminListen = "127.0.0.1:8081"
	DefaultLanguage    = "en"
)

// Words that keys of the file take.
const (
	ProfileVoice     = "voice"     // a call's webhook, complete and of our account
	ProfileSignature = "signature" // anything that is signed

	UnsignedForbid = "forbid"
	UnsignedRescue = "rescue"

	AdminOff = "off"

	DoctorOn  = "on"
	DoctorOff = "off"

	LogAuto = "auto"
	LogText = "text"
	LogJSON = "json"

	KindVoice  = "voice"
	KindStatus = "status"
	KindStream = "stream"

	AuthSignature = "signature"
	AuthBasic     = "basic"
	AuthBoth      = "both"
	AuthEither    = "either"
)

// Override is a value from the command line or the environment, which wins over the
// file.
type Override struct {
	Key   string // one of OverrideKeys
	Value string
	From  string // such as "--listen" or "CALLGATE_LISTEN"
}

// NoFile stands for the file's name where there is none.
const NoFile = "no configuration file"

// Load reads a configuration. The name of the file is for messages and to resolve
// relative names; it is "" for content that was made up from the command line. The error joins a *strictyaml.Fault for everything that is wrong; what
// could be read is returned all the same, so that what it names can be checked too, and
// is nil when nothing could.
func Load(file string, content []byte, overrides ...Override) (*Config, error) {
	c := &Config{file: file, from: map[string]string{}}
	var faults faults
	pos, err := strictyaml.Decode(cmp.Or(file, NoFile), content, c)
	if err != nil && pos.Empty() {
		return nil, err
	}
	faults.add(err)
	c.pos = pos
	for _, o := range overrides {
		*c.overridable(o.Key) = o.Value
		c.from[o.Key] = o.From
	}
	c.setDefaults()
	c.check(&faults)
	return c, faults.err()
}

// overridable returns the place of a key that an Override can set.
func (c *Config) overridable(key string) *string {
	switch key {
	case "listen":
		return &c.Listen
	case "public_url":
		return &c.PublicURL
	case "support_number":
		return &c.SupportNumber
	case "admin.listen":
		return &c.Admin.Listen
	}
	panic("config: no override for " + key)
}

func (c *Config) setDefaults() {
	def := func(s *string, value string) {
		if *s == "" {
			*s = value
		}
	}
	def(&c.Listen, DefaultListen)
	def(&c.Admin.Listen, DefaultAdminListen)
	def(&c.Language, DefaultLanguage)
	def(&c.Profile, ProfileVoice)
	def(&c.Unsigned, UnsignedForbid)
	def(&c.Doctor, DoctorOff)
	def(&c.LogFormat, LogAuto)
	for i := range c.Routes {
		def(&c.Routes[i].Kind, KindVoice)
	}
}

// Path returns where a file that the configuration names is.
func (c *Config) Path(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(c.file), name)
}

// Fault makes an error about the value of a key, such as "routes[0].file", with the
// line it stands on, or the flag or variable that it came from.
func (c *Config) Fault(key, problem string) error {
	f := c.pos.Fault(key, problem)
	if from, ok := c.from[key]; ok {
		f.Where, f.Line = from, 0
	} else if c.file == "" {
		f.Where, f.Line = NoFile, 0
		if strings.HasPrefix(key, "routes") {
			f.Where, f.Key = "", "" // nobody wrote a route: the problem names the flow itself
		}
	}
	return f
}
