package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/internal/capture"
	"github.com/callgate/callgate/internal/casefile"
	"github.com/callgate/callgate/internal/keys"
	"github.com/callgate/callgate/twilio"
)

// explainFlags are the flags of explain besides the token.
type explainFlags struct {
	publicURL, account, otherToken, save string
	webhooks                             []string
	asJSON                               bool
}

func newExplain(env *Env) *cobra.Command {
	var token tokenFlags
	var f explainFlags
	cmd := &cobra.Command{
		Use:   "explain FILE",
		Short: "Say why the signature of a request failed",
		Long: `Say why the signature of a captured request failed: what was changed between the carrier
and here, and what mends it. FILE (- is standard input) holds one of these:

  - JSON: {"method":"POST","url":"https://…","headers":{…},"body":"…"}, one, several or a list;
    besides, it may say target, host, peer, listen, public_url, allowed_hosts, trusted_proxies, webhooks
  - a HAR file of a browser or proxy: of its requests, those with a signature
  - the text of an HTTP request: POST /path HTTP/1.1 and so on, or what curl -v prints, or
    :method and :path of HTTP/2
  - a curl command line, as shells and browsers ("Copy as cURL") write it, on Windows too
  - a case that --save wrote

The exit code is 0 when the cause is proved and 1 when there are only guesses. Nothing is
admitted; keys, signatures and data of callers are not shown: a digit is shown as 9, a letter
as x. The causes are explained in docs/causes.

` + tokenHelp + ` A case
has its own. What is read here may have stray white space or quotes: that is a cause too.`,
		Example: `  callgate explain --public-url https://ivr.example.org request.http
  callgate explain --json session.har
  pbpaste | callgate explain -
  callgate explain --save case.json request.json && callgate explain case.json`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("one file with a captured request is wanted (- is standard input), not %d", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return f.run(cmd, env, &token, args[0]) },
	}
	token.add(cmd)
	flags := cmd.Flags()
	flags.StringVar(&f.publicURL, "public-url", "", "the `URL` that the carrier reaches this server by, as in callgate.yaml")
	flags.StringArrayVar(&f.webhooks, "webhook", nil, "an `URL` that is configured at the carrier; may be repeated")
	flags.StringVar(&f.account, "account", "", "the `SID` of the account that the token belongs to")
	flags.StringVar(&f.otherToken, "other-token-file", "", "read another token, which is not in use, from this `file`")
	flags.StringVar(&f.save, "save", "", "write a case to this `file`: the request with every value, account and key replaced, and the same explanation")
	flags.BoolVar(&f.asJSON, "json", false, "answer in JSON, one line for each request")
	return cmd
}

func (f *explainFlags) run(cmd *cobra.Command, env *Env, token *tokenFlags, name string) error {
	text, err := readCapture(env, name)
	if err != nil {
		return fmt.Errorf("reading the request: %w", err)
	}
	captures, err := capture.Read(text)
	if err != nil {
		return fmt.Errorf("reading the request in %s: %w", name, err)
	}
	if f.save != "" && len(captures) != 1 {
		return usagef("--save writes one request; %s holds %d", name, len(captures))
	}
	proved := true
	for i, c := range captures {
		if len(captures) > 1 && !f.asJSON {
			fmt.Fprintf(env.Stdout, "request %d:\n", i+1)
		}
		config, err := f.config(cmd, env, token, &c)
		if err != nil {
			return err
		}
		x, err := f.explain(cmd.Context(), env, config, c.Request)
		if err != nil {
			return err
		}
		proved = proved && x.Confidence == explain.Proved
	}
	if !proved {
		return no("")
	}
	return nil
}

// readCapture reads a file or standard input, within what a capture may have.
func readCapture(env *Env, name string) ([]byte, error) {
	return readUpTo(env, name, capture.MaxSize)
}

// config returns what is known: from the capture, and from the flags, which win.
func (f *explainFlags) config(cmd *cobra.Command, env *Env, token *tokenFlags, c *capture.Capture) (explain.Config, error) {
	config := c.Config
	if f.publicURL != "" {
		config.PublicURL = f.publicURL
	}
	config.Webhooks = append(config.Webhooks, f.webhooks...)
	if c.Form == capture.FormCase {
		return config, nil
	}
	secret := c.Token
	if secret == "" {
		var err error
		if secret, err = looseToken(cmd, env, token); err != nil {
			return config, err
		}
	}
	config.Keys = []twilio.Key{{Name: keyName, Account: f.account, Token: secret}}
	if f.otherToken != "" {
		other, err := (&tokenFlags{file: f.otherToken}).read(cmd, env)
		if err != nil {
			return config, err
		}
		config.OtherKeys = []twilio.Key{{Name: "other", Token: other}}
	}
	return config, nil
}

// looseToken reads a token as it is there, with what does not belong to it.
func looseToken(cmd *cobra.Command, env *Env, token *tokenFlags) (callgate.Secret, error) {
	secret, err := token.read(cmd, env)
	if err == nil || token.command != "" {
		return secret, err
	}
	raw := env.Getenv(tokenVariable)
	if token.file != "" {
		text, fileErr := readUpTo(env, token.file, keys.MaxSize)
		if fileErr != nil {
			return "", err
		}
		raw = string(text)
	}
	if raw == "" {
		return "", err
	}
	return callgate.Secret(raw), nil
}

func (f *explainFlags) explain(ctx context.Context, env *Env, config explain.Config, r *explain.Request) (*explain.Explanation, error) {
	e, err := explain.New(config)
	if err != nil {
		return nil, err
	}
	x := e.Explain(ctx, r)
	if f.asJSON {
		err = env.printJSON(x)
	} else {
		err = x.WriteText(env.Stdout)
	}
	if err != nil || f.save == "" {
		return x, err
	}
	c, err := e.Case(ctx, r)
	if err != nil {
		return nil, fmt.Errorf("no case was written: %w", err)
	}
	if err = casefile.Write(f.save, c); err != nil {
		return nil, fmt.Errorf("writing the case %s: %w", f.save, err)
	}
	return x, nil
}

// explainRefusal explains a request that verify refused. It returns nil unless the
// cause is proved and says more than the reason does.
func explainRefusal(ctx context.Context, r *callgate.Request, token callgate.Secret, account string) *explain.Explanation {
	e, err := explain.New(explain.Config{Keys: []twilio.Key{{Name: keyName, Account: account, Token: token}}})
	if err != nil {
		return nil
	}
	x := e.Explain(ctx, &explain.Request{Method: r.Method, URL: r.URL, Header: r.Header, Body: r.Body})
	switch {
	case x.Confidence != explain.Proved, x.Cause == explain.CauseNone,
		x.Cause == explain.CauseSignatureMissing, x.Cause == explain.CauseSignatureHeader && len(x.Changes) == 1:
		return nil
	}
	return x
}
