package cli

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/explain"
	"github.com/callgate/callgate/twilio"
)

// verifyAnswer is the answer about one request. Its JSON names are part of the
// command's interface.
type verifyAnswer struct {
	Valid  bool            `json:"valid"`
	Reason callgate.Reason `json:"reason,omitempty"`
	Detail string          `json:"detail,omitempty"`
	Form   callgate.Form   `json:"form,omitempty"`
	// Explanation says why the signature failed, when that is proved.
	Explanation *explain.Explanation `json:"explanation,omitempty"`
}

func (a verifyAnswer) String() string {
	switch {
	case !a.Valid:
		return fmt.Sprintf("not valid: %s: %s", a.Reason, a.Detail)
	case a.Form != callgate.FormAsReceived:
		return fmt.Sprintf("valid, for another spelling of the URL that the carrier uses: %s", a.Form)
	}
	return "valid"
}

// verifyFlags are the flags of verify besides the request and the token.
type verifyFlags struct {
	profile, account string
	asJSON, jsonl    bool
}

func newVerify(env *Env) *cobra.Command {
	var request requestFlags
	var token tokenFlags
	var f verifyFlags
	cmd := &cobra.Command{
		Use:   "verify [FILE]",
		Short: "Say whether the carrier signed a request",
		Long: `Say whether the carrier signed a request. The exit code is 0 when it did and 1 when not.

` + requestHelp + `

` + tokenHelp + ` A file may hold
it too, as "token".

With --jsonl there are many requests, one a line, each with its own token, in FILE or on
standard input. There is one answer a line, in the same order:

  {"id":"…","valid":true}
  {"id":"…","valid":false,"reason":"mismatch"}

The reasons are a closed list: missing, malformed, mismatch, body-hash, content-type,
params, method, no-key, too-large, and with --profile voice also profile and account. A line
that is no request is answered with "malformed", and standard error says why.`,
		Example: `  callgate verify --url https://ivr.example.org/ --param CallSid=CA1 --header 'X-Twilio-Signature: …'
  callgate verify request.json
  callgate verify --profile voice --json request.json
  callgate verify --jsonl < requests.jsonl`,
		Args: func(cmd *cobra.Command, args []string) error { return f.args(cmd, &request, args) },
		RunE: func(cmd *cobra.Command, args []string) error {
			profile, err := parseProfile(f.profile)
			if err != nil {
				return err
			}
			if f.jsonl {
				return verifyMany(env, profile, args)
			}
			return verifyOne(cmd, env, &request, &token, &f, profile, args)
		},
	}
	request.add(cmd)
	token.add(cmd)
	cmd.Flags().StringVar(&f.profile, "profile", "signature", "what the request must be besides signed: `signature` (nothing) or voice")
	cmd.Flags().StringVar(&f.account, "account", "", "the `SID` of the account that the token belongs to, for --profile voice")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "answer in JSON")
	cmd.Flags().BoolVar(&f.jsonl, "jsonl", false, "read one request a line, and answer one line each")
	return cmd
}

func (f *verifyFlags) args(cmd *cobra.Command, request *requestFlags, args []string) error {
	if !f.jsonl {
		return requestArgs(request)(cmd, args)
	}
	if len(args) > 1 {
		return usagef("one file is wanted, not %d", len(args))
	}
	if request.any(cmd) || f.account != "" || cmd.Flags().Changed("token-file") || cmd.Flags().Changed("token-command") {
		return usagef("--jsonl reads everything about a request, its token too, from its line; of the other flags only --profile goes with it")
	}
	return nil
}

func parseProfile(word string) (twilio.Profile, error) {
	switch word {
	case "signature":
		return twilio.ProfileSignature, nil
	case "voice":
		return twilio.ProfileVoice, nil
	}
	return 0, usagef("unknown profile %q; it is signature or voice", word)
}

func verifyOne(cmd *cobra.Command, env *Env, request *requestFlags, token *tokenFlags, f *verifyFlags, profile twilio.Profile, args []string) error {
	r, secret, err := request.read(cmd, env, args)
	if err != nil {
		return err
	}
	if secret == "" {
		if secret, err = token.read(cmd, env); err != nil {
			return err
		}
	}
	v, err := newVerifier(secret, f.account, profile)
	if err != nil {
		return err
	}
	proof, err := v.Verify(r)
	answer := verifyAnswer{Valid: err == nil, Form: proof.Form}
	var refusal *callgate.Refusal
	if errors.As(err, &refusal) {
		answer.Reason, answer.Detail = refusal.Reason, refusal.Detail
		answer.Explanation = explainRefusal(cmd.Context(), r, secret, f.account)
	}
	if err := printAnswer(env, answer, f.asJSON); err != nil {
		return err
	}
	if !answer.Valid {
		return no("")
	}
	return nil
}

func printAnswer(env *Env, answer verifyAnswer, asJSON bool) error {
	if asJSON {
		return env.printJSON(answer)
	}
	if _, err := fmt.Fprintln(env.Stdout, answer); err != nil || answer.Explanation == nil {
		return err
	}
	return answer.Explanation.WriteText(env.Stdout)
}

func verifyMany(env *Env, profile twilio.Profile, args []string) error {
	in, name := env.Stdin, "standard input"
	if len(args) == 1 && args[0] != "-" {
		f, err := os.Open(args[0])
		if err != nil {
			return fmt.Errorf("reading requests: %w", err)
		}
		defer f.Close()
		in, name = f, args[0]
	}
	j := &jsonl{
		profile:   profile,
		complain:  func(line int, problem string) { fmt.Fprintf(env.Stderr, "%s:%d: %s\n", name, line, problem) },
		verifiers: map[callgate.Secret]*twilio.Verifier{},
	}
	allValid, err := j.run(in, env.Stdout)
	if err != nil {
		return err
	}
	if !allValid {
		return no("")
	}
	return nil
}
