package config

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/spell"
	"github.com/callgate/callgate/internal/strictyaml"
)

// faults gathers what is wrong.
type faults struct{ list []error }

func (f *faults) add(err error) {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		f.list = append(f.list, joined.Unwrap()...)
	} else if err != nil {
		f.list = append(f.list, err)
	}
}

func (f *faults) err() error { return strictyaml.Join(f.list) }

// check adds what is wrong with the values, as far as this package knows what they
// mean. The rules of the gate and of the carriers are checked by their own packages.
func (c *Config) check(f *faults) {
	say := func(key, format string, args ...any) { f.add(c.Fault(key, fmt.Sprintf(format, args...))) }
	c.checkWord(say, "profile", c.Profile, ProfileVoice, ProfileSignature)
	c.checkWord(say, "unsigned", c.Unsigned, UnsignedForbid, UnsignedRescue)
	c.checkWord(say, "doctor", c.Doctor, DoctorOn, DoctorOff)
	c.checkWord(say, "log_format", c.LogFormat, LogAuto, LogText, LogJSON)
	c.checkAddresses(say)
	c.checkTimes(say)
	c.checkTLS(say)
	c.checkExplain(say)
	c.checkKeys(say)
	c.checkRescue(say, "rescue", c.Rescue)
	c.checkLookups(say)
	c.checkRoutes(say)
}

// sayFunc adds a fault of a key.
type sayFunc func(key, format string, args ...any)

func (c *Config) checkWord(say sayFunc, key, got string, words ...string) {
	if got == "" || slices.Contains(words, got) {
		return
	}
	hint := ""
	if near := spell.Nearest(got, words); near != "" {
		hint = fmt.Sprintf("; did you mean %q?", near)
	}
	say(key, "unknown word %q; it is one of %s%s", got, strings.Join(words, ", "), hint)
}

func (c *Config) checkAddresses(say sayFunc) {
	if _, _, err := splitAddress(c.Listen); err != nil {
		say("listen", "%v", err)
	}
	for i, p := range c.TrustedProxies {
		if _, err := ParseNetwork(p); err != nil {
			say(fmt.Sprintf("trusted_proxies[%d]", i), "%v", err)
		}
	}
	for i, w := range c.Webhooks {
		if !isWebAddress(w) {
			say(fmt.Sprintf("webhooks[%d]", i), "not an address such as https://ivr.example.org/clinic?branch=3")
		}
	}
	if c.Admin.Listen == AdminOff {
		return
	}
	reason := strings.TrimSpace(c.Admin.InsecureNotLoopback)
	switch host, _, err := splitAddress(c.Admin.Listen); {
	case err != nil:
		say("admin.listen", "%v", err)
	case !isLoopback(host) && reason == "":
		say("admin.listen", "not an address of the loopback interface, such as %s; to have it anyway, give the reason in admin.insecure_not_loopback", DefaultAdminListen)
	case isLoopback(host) && reason != "":
		say("admin.insecure_not_loopback", "is not needed, because admin.listen is on the loopback interface; remove it")
	}
}

// isWebAddress reports whether s has a scheme of the carrier's and a host. It is not
// parsed: the carrier signs it byte for byte.
func isWebAddress(s string) bool {
	scheme, rest, found := strings.Cut(s, "://")
	host := rest
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host = rest[:i]
	}
	return found && host != "" && slices.Contains([]string{"http", "https", "ws", "wss"}, scheme)
}

// splitAddress takes apart HOST:PORT, where the host may be empty.
func splitAddress(address string) (host string, port uint16, err error) {
	host, p, err := net.SplitHostPort(address)
	if err != nil {
		return "", 0, fmt.Errorf("%q is not HOST:PORT, such as %s", address, DefaultListen)
	}
	n, err := strconv.ParseUint(p, 10, 16)
	if err != nil {
		return "", 0, fmt.Errorf("%q is not a port: a number from 0 to 65535", p)
	}
	return host, uint16(n), nil
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}

// ParseNetwork reads a network such as "10.0.0.0/8", or a single address.
func ParseNetwork(s string) (netip.Prefix, error) {
	if ip, err := netip.ParseAddr(s); err == nil && ip.Zone() == "" {
		return netip.PrefixFrom(ip, ip.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	switch {
	case err != nil:
		return netip.Prefix{}, fmt.Errorf("%q is not a network such as 10.0.0.0/8 or an address such as 127.0.0.1", s)
	case p != p.Masked():
		return netip.Prefix{}, fmt.Errorf("%s names an address in a network; the network is %s", s, p.Masked())
	}
	return p, nil
}

func (c *Config) checkTimes(say sayFunc) {
	for key, t := range map[string]time.Duration{
		"deadline":             c.Deadline,
		"timeouts.read_header": c.Timeouts.ReadHeader,
		"timeouts.read":        c.Timeouts.Read,
		"timeouts.write":       c.Timeouts.Write,
		"timeouts.idle":        c.Timeouts.Idle,
		"timeouts.stop":        c.Timeouts.Stop,
	} {
		if t < 0 {
			say(key, "a duration above zero is wanted; leave the key out for the default")
		}
	}
	if c.MaxBody < 0 {
		say("max_body", "a number of bytes above zero is wanted; leave the key out for the default")
	}
}

// maxKeep bounds the files of one cause that are kept: more than a person looks at.
const maxKeep = 100

func (c *Config) checkExplain(say sayFunc) {
	switch {
	case c.Explain.Keep < 0 || c.Explain.Keep > maxKeep:
		say("explain.keep", "a number of files from 1 to %d is wanted; leave the key out for the default", maxKeep)
	case c.Explain.Keep > 0 && c.Explain.Save == "":
		say("explain.keep", "there is nothing to keep without explain.save, the folder")
	}
}

func (c *Config) checkTLS(say sayFunc) {
	if c.TLS == nil {
		return
	}
	if c.TLS.CertFile == "" {
		say("tls", "cert_file is missing")
	}
	if c.TLS.KeyFile == "" {
		say("tls", "key_file is missing")
	}
}

func (c *Config) checkKeys(say sayFunc) {
	names := map[string]bool{}
	for i, k := range c.Keys {
		key := fmt.Sprintf("keys[%d]", i)
		switch {
		case k.Name == "":
			say(key, "name is missing: it stands for the key in logs")
		case names[k.Name]:
			say(key+".name", "another key has this name")
		}
		names[k.Name] = true
		if n := count(k.Env != "", k.File != "", len(k.Command) > 0); n != 1 {
			say(key, "exactly one of env, file and command says where the key comes from; here are %d", n)
		}
	}
	if c.pos.Has("keys") && len(c.Keys) == 0 {
		say("keys", "an empty list; without a key nothing can be verified. Leave it out to use TWILIO_AUTH_TOKEN")
	}
}

func count(conditions ...bool) (n int) {
	for _, is := range conditions {
		if is {
			n++
		}
	}
	return n
}

func (c *Config) checkRescue(say sayFunc, key string, rescue map[string]Rescue) {
	for _, language := range slices.Sorted(maps.Keys(rescue)) {
		r := rescue[language]
		if n := count(strings.TrimSpace(r.Say) != "", r.File != ""); n != 1 {
			say(key+"."+language, "exactly one of say and file is what callers hear; here are %d", n)
		}
	}
}

func (c *Config) checkLookups(say sayFunc) {
	check := func(key string, s Secret) {
		if n := count(s.Env != "", s.File != "", len(s.Command) > 0); n != 1 {
			say(key, "exactly one of env, file and command says where the secret comes from; here are %d", n)
		}
	}
	for i, k := range c.StateKeys {
		check(fmt.Sprintf("state_keys[%d]", i), k)
	}
	for _, name := range slices.Sorted(maps.Keys(c.Lookups.Secrets)) {
		check("lookups.secrets."+name, c.Lookups.Secrets[name])
	}
	for i, p := range c.Lookups.PrivateNetworks {
		if _, err := ParseNetwork(p); err != nil {
			say(fmt.Sprintf("lookups.private_networks[%d]", i), "%v", err)
		}
	}
}

func (c *Config) checkRoutes(say sayFunc) {
	if len(c.Routes) == 0 {
		say("routes", "missing: without a route nothing is answered. The shortest is\n  routes: [{path: /, demo: true}]")
	}
	for i, r := range c.Routes {
		key := fmt.Sprintf("routes[%d]", i)
		c.checkWord(say, key+".kind", r.Kind, KindVoice, KindStatus, KindStream)
		c.checkWord(say, key+".profile", r.Profile, ProfileVoice, ProfileSignature)
		c.checkWord(say, key+".auth", r.Auth, AuthSignature, AuthBasic, AuthBoth, AuthEither)
		if slices.Contains([]string{AuthBasic, AuthBoth, AuthEither}, r.Auth) && c.UsersFile == "" {
			say(key+".auth", "%s asks for a password, but there is no users_file to check it with", r.Auth)
		}
		if r.Observe != nil {
			if _, err := ParseUntil(r.Observe.Until); err != nil {
				say(key+".observe.until", "%v", err)
			}
		}
		c.checkRescue(say, key+".rescue", r.Rescue)
		for j, e := range r.Entries {
			if _, err := ParseEntry(e); err != nil {
				say(fmt.Sprintf("%s.entries[%d]", key, j), "%v", err)
			}
		}
		c.checkAnswer(say, key, r)
	}
}

func (c *Config) checkAnswer(say sayFunc, key string, r Route) {
	n, upstream := count(r.documents()...), r.Upstream != ""
	switch {
	case r.Path == "":
		say(key, "path is missing")
	case n > 1 || n > 0 && upstream:
		say(key, "at most one of flow, file, demo and upstream can answer")
	case n > 0 && r.Kind == KindStatus:
		say(key, "a status callback is not answered with TwiML; remove flow, file or demo")
	case r.Kind == KindStream && !upstream:
		say(key, "a stream needs an application that takes it; name it in upstream, such as http://127.0.0.1:9000")
	case n == 0 && !upstream && r.Kind == KindVoice && !c.answeredAbove(r.Path):
		say(key, "nothing answers here or on a route above it; add flow, file, demo or upstream")
	case r.Flow == "" && len(r.Numbers) == 0 && r.MediaURL != "":
		say(key+".media_url", "is for the sound files of a flow, and there is none here")
	case r.Flow == "" && len(r.Numbers) == 0 && r.Overrides != "":
		say(key+".overrides", "is for the schedules of a flow, and there is none here")
	}
}

// documents tells which of the keys are there that have a route answer with TwiML of ours.
func (r Route) documents() []bool {
	return []bool{r.Flow != "" || len(r.Numbers) > 0, r.File != "", r.Demo}
}

// answeredAbove reports whether a route above the path says what answers.
func (c *Config) answeredAbove(path string) bool {
	for _, r := range c.Routes {
		answers := r.Kind == KindVoice && (r.Upstream != "" || count(r.documents()...) > 0)
		if answers && (r.Path == "/" || strings.HasPrefix(path, r.Path+"/")) {
			return true
		}
	}
	return false
}

// ParseUntil reads the end of a trial: a day such as "2026-12-31", which is midnight
// UTC at its beginning, or a time in RFC 3339.
func ParseUntil(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, errors.New("missing: a trial ends on a date, such as 2026-12-31")
	}
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if t, err := time.Parse(form, s); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is neither a day such as 2026-12-31 nor a time such as 2026-12-31T18:00:00+01:00", s)
}

// ParseEntry reads an access control entry, "allow PRINCIPAL PERMISSION" or "deny
// PRINCIPAL PERMISSION".
func ParseEntry(s string) (callgate.Entry, error) {
	words := strings.Fields(s)
	if len(words) != 3 || (words[0] != string(callgate.Allow) && words[0] != string(callgate.Deny)) {
		return callgate.Entry{}, fmt.Errorf(`%q is not an entry such as "allow carrier:twilio view" or "deny everyone *"`, s)
	}
	return callgate.Entry{
		Effect:     callgate.Effect(words[0]),
		Principal:  callgate.Principal(words[1]),
		Permission: callgate.Permission(words[2]),
	}, nil
}
