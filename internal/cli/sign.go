package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/twilio"
)

// keyName names the only key of a command that has one.
const keyName = "command-line"

// newVerifier makes a verifier with one key.
func newVerifier(token callgate.Secret, account string, profile twilio.Profile) (*twilio.Verifier, error) {
	v, err := twilio.New(twilio.Config{
		Keys:    []twilio.Key{{Name: keyName, Account: account, Token: token}},
		Profile: profile,
	})
	if err != nil {
		return nil, errors.New(theKey.Replace(err.Error()))
	}
	return v, nil
}

// theKey has faults of the only key say where it came from.
var theKey = strings.NewReplacer("twilio: Keys[0].Token: ", "the auth token ", "twilio: Keys[0].Account: ", "--account ")

func newSign(env *Env) *cobra.Command {
	var request requestFlags
	var token tokenFlags
	var asCurl, asJSON bool
	cmd := &cobra.Command{
		Use:   "sign [FILE]",
		Short: "Sign a request as the carrier does",
		Long: `Sign a request as the carrier does, and print the value of X-Twilio-Signature.

` + requestHelp + `

A JSON body is not signed itself: its hash is added to the URL as bodySHA256, unless it
is there already. --curl and --json show that URL.

` + tokenHelp,
		Example: `  callgate sign --url https://ivr.example.org/ --param CallSid=CA1 --param Digits=1
  callgate sign --url https://ivr.example.org/events --content-type application/json --body '{"a":1}' --curl
  callgate sign --method GET --url 'https://ivr.example.org/?CallSid=CA1' --token-file token
  callgate sign --json request.json`,
		Args: requestArgs(&request),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, _, err := request.read(cmd, env, args)
			if err != nil {
				return err
			}
			secret, err := token.read(cmd, env)
			if err != nil {
				return err
			}
			signature, err := sign(r, secret)
			if err != nil {
				return err
			}
			switch {
			case asCurl:
				return printCurl(env, r, signature)
			case asJSON:
				return printJSON(env, r, signature)
			}
			_, err = fmt.Fprintln(env.Stdout, signature)
			return err
		},
	}
	request.add(cmd)
	token.add(cmd)
	cmd.Flags().BoolVar(&asCurl, "curl", false, "print a curl command that sends the signed request")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the signed request in JSON, as verify reads it")
	cmd.MarkFlagsMutuallyExclusive("curl", "json")
	return cmd
}

// sign returns the signature, after adding to the URL what the body needs.
func sign(r *callgate.Request, token callgate.Secret) (string, error) {
	v, err := newVerifier(token, "", twilio.ProfileSignature)
	if err != nil {
		return "", err
	}
	signature, err := v.Sign(r)
	if errors.Is(err, callgate.ErrBodyHash) && !strings.Contains(r.URL, twilio.BodyHashParam+"=") {
		r.URL = twilio.WithBodyHash(r.URL, r.Body)
		signature, err = v.Sign(r)
	}
	if err != nil {
		return "", fmt.Errorf("the carrier would not sign this request: %w", err)
	}
	return signature, nil
}

func printCurl(env *Env, r *callgate.Request, signature string) error {
	r.Header.Set(twilio.Header, signature)
	command, err := curlCommand(r, r.URL)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(env.Stdout, command)
	return err
}

func printJSON(env *Env, r *callgate.Request, signature string) error {
	r.Header.Set(twilio.Header, signature)
	return env.printJSON(wireOf(r))
}
