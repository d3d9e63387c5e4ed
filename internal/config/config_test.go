package config_test

import (
	"errors"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/config"
	"github.com/callgate/callgate/internal/leaktest"
	"github.com/callgate/callgate/internal/strictyaml"
)

func TestExample(t *testing.T) {
	c, err := leaktest.Noted(config.Load("/etc/callgate/callgate.yaml", config.Example))
	if err != nil {
		t.Fatal(err)
	}
	everyKey(t, "", reflect.ValueOf(*c))
	if c.SupportNumber != "+15005550100" {
		t.Errorf("support_number is %q", c.SupportNumber)
	}
	if got := c.Path(c.Routes[2].File); got != "/etc/callgate/closed.xml" {
		t.Errorf("the file is %s", got)
	}
	if got := c.Path("/elsewhere/closed.xml"); got != "/elsewhere/closed.xml" {
		t.Errorf("the file is %s", got)
	}
}

// everyKey demands that each key has a value somewhere in the example.
func everyKey(t *testing.T, path string, values ...reflect.Value) {
	for i := range values[0].NumField() {
		field := values[0].Type().Field(i)
		key := field.Tag.Get("yaml")
		if key == "" {
			continue
		}
		var inner []reflect.Value
		shown := false
		for _, v := range values {
			f := v.Field(i)
			shown = shown || !f.IsZero()
			inner = append(inner, structs(f)...)
		}
		if !shown {
			t.Errorf("the example does not show %s%s", path, key)
		}
		if len(inner) > 0 {
			everyKey(t, path+key+".", inner...)
		}
	}
}

// structs returns the structs that a field is or holds.
func structs(f reflect.Value) (list []reflect.Value) {
	switch f.Kind() {
	case reflect.Pointer:
		return structs(f.Elem())
	case reflect.Struct:
		return []reflect.Value{f}
	case reflect.Slice:
		for i := range f.Len() {
			list = append(list, structs(f.Index(i))...)
		}
	case reflect.Map:
		for _, k := range f.MapKeys() {
			list = append(list, structs(f.MapIndex(k))...)
		}
	}
	return list
}

const smallest = "routes: [{path: /, demo: true}]\n"

func TestDefaults(t *testing.T) {
	c, err := leaktest.Noted(config.Load("callgate.yaml", []byte(smallest)))
	if err != nil {
		t.Fatal(err)
	}
	got := []string{c.Listen, c.Admin.Listen, c.Language, c.Profile, c.Unsigned, c.LogFormat, c.Routes[0].Kind}
	want := []string{"127.0.0.1:8080", "127.0.0.1:8081", "en", "voice", "forbid", "auto", "voice"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOverrides(t *testing.T) {
	const content = "listen: 127.0.0.1:1\npublic_url: https://file.example\nsupport_number: +1\nadmin: {listen: 127.0.0.1:2}\n" + smallest
	c, err := leaktest.Noted(config.Load("callgate.yaml", []byte(content),
		config.Override{Key: "listen", Value: "127.0.0.1:3", From: "--listen"},
		config.Override{Key: "public_url", Value: "https://flag.example", From: "--public-url"},
		config.Override{Key: "support_number", Value: "+2", From: "CALLGATE_SUPPORT_NUMBER"},
		config.Override{Key: "admin.listen", Value: "[::1]:4", From: "--admin-listen"},
	))
	if err != nil {
		t.Fatal(err)
	}
	got := []string{c.Listen, c.PublicURL, c.SupportNumber, c.Admin.Listen}
	if diff := cmp.Diff([]string{"127.0.0.1:3", "https://flag.example", "+2", "[::1]:4"}, got); diff != "" {
		t.Error(diff)
	}
	if got := c.Fault("support_number", "is wrong").Error(); got != "CALLGATE_SUPPORT_NUMBER: support_number: is wrong" {
		t.Error(got)
	}
	if got := c.Fault("routes[0].file", "is wrong").Error(); got != "callgate.yaml:5: routes[0].file: is wrong" {
		t.Error(got)
	}

	_, err = leaktest.Noted(config.Load("callgate.yaml", []byte(content), config.Override{Key: "listen", Value: "80", From: "--listen"}))
	if err == nil || err.Error() != `--listen: listen: "80" is not HOST:PORT, such as 127.0.0.1:8080` {
		t.Error(err)
	}
}

func TestFaults(t *testing.T) {
	for content, want := range map[string]string{
		"a: [":                               "c.yaml:2: not YAML: while parsing a flow node: did not find expected node content",
		"":                                   "c.yaml: routes: missing: without a route nothing is answered. The shortest is\n  routes: [{path: /, demo: true}]",
		"lisen: x\n" + smallest:              `c.yaml:1: lisen: unknown key; did you mean "listen"?`,
		"listen: here\n" + smallest:          `c.yaml:1: listen: "here" is not HOST:PORT, such as 127.0.0.1:8080`,
		"listen: :http\n" + smallest:         `c.yaml:1: listen: "http" is not a port: a number from 0 to 65535`,
		"listen: :65536\n" + smallest:        `c.yaml:1: listen: "65536" is not a port: a number from 0 to 65535`,
		"profile: vioce\n" + smallest:        `c.yaml:1: profile: unknown word "vioce"; it is one of voice, signature; did you mean "voice"?`,
		"unsigned: no\n" + smallest:          `c.yaml:1: unsigned: unknown word "no"; it is one of forbid, rescue`,
		"log_format: xml\n" + smallest:       `c.yaml:1: log_format: unknown word "xml"; it is one of auto, text, json`,
		"deadline: -1s\n" + smallest:         "c.yaml:1: deadline: a duration above zero is wanted; leave the key out for the default",
		"timeouts: {idle: -1s}\n" + smallest: "c.yaml:1: timeouts.idle: a duration above zero is wanted; leave the key out for the default",
		"max_body: -1\n" + smallest:          "c.yaml:1: max_body: a number of bytes above zero is wanted; leave the key out for the default",
		"tls: {}\n" + smallest:               "c.yaml:1: tls: cert_file is missing\nc.yaml:1: tls: key_file is missing",

		"trusted_proxies: [proxy]\n" + smallest:                             `c.yaml:1: trusted_proxies[0]: "proxy" is not a network such as 10.0.0.0/8 or an address such as 127.0.0.1`,
		"webhooks: [https://a.example/x?y=z, \"//a.example\"]\n" + smallest: `c.yaml:1: webhooks[1]: not an address such as https://ivr.example.org/clinic?branch=3`,
		"webhooks: [\"https:///x\"]\n" + smallest:                           `c.yaml:1: webhooks[0]: not an address such as https://ivr.example.org/clinic?branch=3`,
		"trusted_proxies: [10.0.0.1/8]\n" + smallest:                        "c.yaml:1: trusted_proxies[0]: 10.0.0.1/8 names an address in a network; the network is 10.0.0.0/8",

		"admin: {listen: 0.0.0.0:1}\n" + smallest:                            "c.yaml:1: admin.listen: not an address of the loopback interface, such as 127.0.0.1:8081; to have it anyway, give the reason in admin.insecure_not_loopback",
		"admin: {listen: :1}\n" + smallest:                                   "c.yaml:1: admin.listen: not an address of the loopback interface, such as 127.0.0.1:8081; to have it anyway, give the reason in admin.insecure_not_loopback",
		"admin: {listen: '[::]:1', insecure_not_loopback: ' '}\n" + smallest: "c.yaml:1: admin.listen: not an address of the loopback interface, such as 127.0.0.1:8081; to have it anyway, give the reason in admin.insecure_not_loopback",
		"admin: {insecure_not_loopback: because}\n" + smallest:               "c.yaml:1: admin.insecure_not_loopback: is not needed, because admin.listen is on the loopback interface; remove it",
		"admin: {listen: x}\n" + smallest:                                    `c.yaml:1: admin.listen: "x" is not HOST:PORT, such as 127.0.0.1:8080`,

		"keys: []\n" + smallest:                                     "c.yaml:1: keys: an empty list; without a key nothing can be verified. Leave it out to use TWILIO_AUTH_TOKEN",
		"keys: [{env: A}]\n" + smallest:                             "c.yaml:1: keys[0]: name is missing: it stands for the key in logs",
		"keys: [{name: a}]\n" + smallest:                            "c.yaml:1: keys[0]: exactly one of env, file and command says where the key comes from; here are 0",
		"keys: [{name: a, env: A, command: [b]}]\n" + smallest:      "c.yaml:1: keys[0]: exactly one of env, file and command says where the key comes from; here are 2",
		"keys: [{name: a, env: A}, {name: a, env: B}]\n" + smallest: "c.yaml:1: keys[1].name: another key has this name",
		"keys: [{name: a, token: x}]\n" + smallest:                  "c.yaml:1: keys[0].token: unknown key; the keys here are name, account, env, file, command\nc.yaml:1: keys[0]: exactly one of env, file and command says where the key comes from; here are 0",

		"rescue: {en: {}}\n" + smallest:                "c.yaml:1: rescue.en: exactly one of say and file is what callers hear; here are 0",
		"rescue: {en: {say: a, file: b}}\n" + smallest: "c.yaml:1: rescue.en: exactly one of say and file is what callers hear; here are 2",

		"routes: [{path: /, demo: true}, {path: /a, kind: vocie}]":                 `c.yaml:1: routes[1].kind: unknown word "vocie"; it is one of voice, status, stream; did you mean "voice"?`,
		"routes: [{path: /, demo: true, profile: sms}]":                            `c.yaml:1: routes[0].profile: unknown word "sms"; it is one of voice, signature`,
		"routes: [{path: /, demo: true, auth: none}]":                              `c.yaml:1: routes[0].auth: unknown word "none"; it is one of signature, basic, both, either`,
		"routes: [{path: /, demo: true, auth: both}]":                              "c.yaml:1: routes[0].auth: both asks for a password, but there is no users_file to check it with",
		"routes: [{path: /, demo: true, entries: [allow all]}]":                    `c.yaml:1: routes[0].entries[0]: "allow all" is not an entry such as "allow carrier:twilio view" or "deny everyone *"`,
		"routes: [{path: /, demo: true, entries: [permit a b]}]":                   `c.yaml:1: routes[0].entries[0]: "permit a b" is not an entry such as "allow carrier:twilio view" or "deny everyone *"`,
		"routes: [{path: /, demo: true, rescue: {de: {}}}]":                        "c.yaml:1: routes[0].rescue.de: exactly one of say and file is what callers hear; here are 0",
		"routes: [{demo: true}]":                                                   "c.yaml:1: routes[0]: path is missing",
		"routes: [{path: /, demo: true, file: x}]":                                 "c.yaml:1: routes[0]: at most one of flow, file, demo and upstream can answer",
		"routes: [{path: /, kind: status, file: x}]":                               "c.yaml:1: routes[0]: a status callback is not answered with TwiML; remove flow, file or demo",
		"routes: [{path: /, demo: true, upstream: 'http://h:1'}]":                  "c.yaml:1: routes[0]: at most one of flow, file, demo and upstream can answer",
		"routes: [{path: /, kind: stream}]":                                        "c.yaml:1: routes[0]: a stream needs an application that takes it; name it in upstream, such as http://127.0.0.1:9000",
		"routes: [{path: /, kind: stream, demo: true}]":                            "c.yaml:1: routes[0]: a stream needs an application that takes it; name it in upstream, such as http://127.0.0.1:9000",
		"routes: [{path: /s, kind: status, upstream: 'http://h:1'}, {path: /s/a}]": "c.yaml:1: routes[1]: nothing answers here or on a route above it; add flow, file, demo or upstream",
		"routes: [{path: /}]":                                                      "c.yaml:1: routes[0]: nothing answers here or on a route above it; add flow, file, demo or upstream",
		"routes: [{path: /a, demo: true}, {path: /ab}]":                            "c.yaml:1: routes[1]: nothing answers here or on a route above it; add flow, file, demo or upstream",
	} {
		_, err := leaktest.Noted(config.Load("c.yaml", []byte(content)))
		if err == nil {
			t.Errorf("%q: no fault", content)
		} else if err.Error() != want {
			t.Errorf("%q:\n%v\nwant\n%s", content, err, want)
		}
	}
}

// All faults are reported at once, each as a *strictyaml.Fault.
func TestAllFaults(t *testing.T) {
	_, err := leaktest.Noted(config.Load("c.yaml", []byte("lisen: x\nprofile: x\nkeys: [{}]\nroutes: []\n")))
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok || len(joined.Unwrap()) != 5 {
		t.Fatalf("got %v", err)
	}
	var fault *strictyaml.Fault
	if !errors.As(err, &fault) {
		t.Errorf("%T", err)
	}
}

func TestInheritedAnswer(t *testing.T) {
	c, err := leaktest.Noted(config.Load("c.yaml", []byte("routes: [{path: /a, demo: true}, {path: /a/b}, {path: /s, kind: status}]")))
	if err != nil || len(c.Routes) != 3 {
		t.Fatal(err)
	}
}

func TestParseNetwork(t *testing.T) {
	for s, want := range map[string]netip.Prefix{
		"127.0.0.1":     netip.MustParsePrefix("127.0.0.1/32"),
		"::1":           netip.MustParsePrefix("::1/128"),
		"10.0.0.0/8":    netip.MustParsePrefix("10.0.0.0/8"),
		"2001:db8::/32": netip.MustParsePrefix("2001:db8::/32"),
	} {
		if got, err := config.ParseNetwork(s); err != nil || got != want {
			t.Errorf("%s: %v, %v", s, got, err)
		}
	}
}

func TestParseEntry(t *testing.T) {
	got, err := config.ParseEntry(" deny  number:+15005550100 * ")
	want := callgate.Entry{Effect: callgate.Deny, Principal: callgate.Number("+15005550100"), Permission: callgate.AnyPermission}
	if err != nil || got != want {
		t.Errorf("%v, %v", got, err)
	}
}

func TestTimes(t *testing.T) {
	c, err := leaktest.Noted(config.Load("c.yaml", []byte("deadline: 1500ms\ntimeouts: {stop: 1m}\n"+smallest)))
	if err != nil || c.Deadline != 1500*time.Millisecond || c.Timeouts.Stop != time.Minute {
		t.Errorf("%v %v", c, err)
	}
}

// No content makes Load panic, and what it accepts has an answer for each route.
func FuzzLoad(f *testing.F) {
	f.Add(config.Example)
	f.Add([]byte(smallest))
	f.Add([]byte("keys:\n- {name: a, env: B}\nroutes: [{path: /, demo: true}]"))
	f.Fuzz(func(t *testing.T, content []byte) {
		c, err := leaktest.Noted(config.Load("c.yaml", content))
		if err != nil {
			if strings.TrimSpace(err.Error()) == "" {
				t.Fatal("an error without a text")
			}
			return
		}
		if len(c.Routes) == 0 {
			t.Fatal("accepted without a route")
		}
	})
}
