package cli

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/config"
	"github.com/callgate/callgate/internal/server"
	"github.com/callgate/callgate/twilio"
)

// devSupportNumber is one of those that are set aside for fiction.
const devSupportNumber = "+12025550143"

// runDev is run with what a configuration must say, and a trial can do without, filled
// in: for this reading of the configuration and for those to come.
func (s *serving) runDev(ctx context.Context) error {
	c, err := s.source.load()
	if err != nil {
		return err
	}
	ln, err := listen(c)
	if err != nil {
		return err
	}
	defer ln.Close()
	fill := func(key, value, have string) {
		if have == "" {
			s.source.overrides = append(s.source.overrides, config.Override{Key: key, Value: value, From: "--dev"})
		}
	}
	fill("support_number", devSupportNumber, c.SupportNumber)
	fill("public_url", origin(ln, c.TLS != nil), c.PublicURL) // its port may have been picked just now
	g, files, err := s.read(ctx)
	if err != nil {
		return err
	}
	s.use(g, files)
	return s.serve(ctx, ln)
}

// devCall is a call as the carrier reports it. The identifiers are of no account.
var devCall = [][2]string{
	{"AccountSid", "AC00000000000000000000000000000000"},
	{"ApiVersion", "2010-04-01"},
	{"CallSid", "CA00000000000000000000000000000000"},
	{"CallStatus", "ringing"},
	{"Direction", "inbound"},
	{"From", "+12025550101"},
	{"To", "+12025550102"},
}

// announceDev prints the key of this run, and requests to try with it.
func (s *serving) announceDev(g *generation, e server.Endpoint) {
	signed, forged, err := s.devRequests(g, e)
	if err != nil {
		s.log.Error("no requests to try", "error", err)
		return
	}
	p := s.env.palette(s.env.Stdout)
	fmt.Fprintf(s.env.Stdout, `%s
  %s

%s
  TWILIO_AUTH_TOKEN=%s

%s
  %s

%s
  %s

Stop with Ctrl-C.
`,
		p.bold("Callgate listens on"), origin(e.Listener, e.TLS != nil),
		p.bold("The key of this run, for callgate sign and other tools"), s.builder.devKey.Reveal(),
		p.bold("A call. The answer is TwiML"), signed,
		p.bold("The same call, forged. The answer is the rescue, and the log says why"), forged)
}

// origin is where the server can be reached from this machine.
func origin(ln net.Listener, tls bool) string {
	scheme := "http"
	if tls {
		scheme = "https"
	}
	return scheme + "://" + strings.NewReplacer("[::]", "127.0.0.1", "0.0.0.0", "127.0.0.1").Replace(ln.Addr().String())
}

// devRequests makes two curl commands: a signed request to the first route that
// answers calls, and the same with another caller and the old signature.
func (s *serving) devRequests(g *generation, e server.Endpoint) (signed, forged string, err error) {
	path := "/"
	for _, r := range g.config.Routes {
		if r.Kind == config.KindVoice {
			path = r.Path
			break
		}
	}
	r := devRequest(strings.TrimSuffix(g.config.PublicURL, "/")+path, devCall)
	signature, err := sign(r, s.builder.devKey)
	if err != nil {
		return "", "", err
	}
	r.Header.Set(twilio.Header, signature)
	address := origin(e.Listener, e.TLS != nil) + path
	if signed, err = curlCommand(r, address); err != nil {
		return "", "", err
	}
	r.Body = []byte(strings.Replace(string(r.Body), "2025550101", "2025550199", 1))
	forged, err = curlCommand(r, address)
	return signed, forged, err
}

func devRequest(address string, params [][2]string) *callgate.Request {
	pairs := make([]string, len(params))
	for i, p := range params {
		pairs[i] = url.QueryEscape(p[0]) + "=" + url.QueryEscape(p[1])
	}
	return &callgate.Request{
		Method: http.MethodPost,
		URL:    address,
		Header: http.Header{"Content-Type": {formType}},
		Body:   []byte(strings.Join(pairs, "&")),
	}
}
