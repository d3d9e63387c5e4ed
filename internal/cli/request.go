package cli

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/callgate/callgate"
)

const formType = "application/x-www-form-urlencoded"

// maxInput bounds a request or a body that is read from a file.
const maxInput = 4 << 20

// requestFlags describe a request on the command line. The alternative is a file in
// the JSON form of wireRequest.
type requestFlags struct {
	url, method     string
	params, headers []string
	body, bodyFile  string
	contentType     string
}

const requestHelp = `The request is described by flags, or by a file (- is standard input) in this form:

  {"method":"POST","url":"https://…","headers":{"Content-Type":"…"},"body":"…"}

The URL is spelled as in the carrier's console, with its query. Parameters of a GET are
part of the URL.`

func (f *requestFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.url, "url", "", "the `URL` that the carrier requests, with its query")
	flags.StringVar(&f.method, "method", http.MethodPost, "the `method`, GET or POST")
	flags.StringArrayVar(&f.params, "param", nil, "a form parameter, `NAME=VALUE`; may be repeated")
	flags.StringVar(&f.body, "body", "", "the body, as `text`")
	flags.StringVar(&f.bodyFile, "body-file", "", "read the body from this `file`; - is standard input")
	flags.StringVar(&f.contentType, "content-type", formType, "the `type` of the body")
	flags.StringArrayVar(&f.headers, "header", nil, "a header, `'NAME: VALUE'`; may be repeated")
	cmd.MarkFlagsMutuallyExclusive("param", "body", "body-file")
}

// requestArgs checks that there is a file or flags.
func requestArgs(f *requestFlags) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) > 1:
			return usagef("one request is wanted, not %d files", len(args))
		case len(args) == 1 && f.any(cmd):
			return usagef("the request is described by %s and by flags; use one of them", args[0])
		case len(args) == 0 && f.url == "":
			return usagef("no request: use --url and its companions, or name a file")
		}
		return nil
	}
}

// any reports whether any of the flags was given.
func (f *requestFlags) any(cmd *cobra.Command) bool {
	for _, name := range []string{"url", "method", "param", "body", "body-file", "content-type", "header"} {
		if cmd.Flags().Changed(name) {
			return true
		}
	}
	return false
}

// read returns the request that the flags or the file describe, and the token in the
// file, if any.
func (f *requestFlags) read(cmd *cobra.Command, env *Env, args []string) (*callgate.Request, callgate.Secret, error) {
	if len(args) == 0 {
		r, err := f.request(env)
		if err == nil && !isAddress(r.URL) {
			err = usagef("--url %q is no address: write scheme and host, such as https://ivr.example.org/voice", r.URL)
		}
		return r, "", err
	}
	text, err := readInput(env, args[0])
	if err != nil {
		return nil, "", fmt.Errorf("reading the request: %w", err)
	}
	wire, r, err := parseWire(text)
	switch {
	case err != nil:
		return nil, "", fmt.Errorf("reading the request in %s: %w", args[0], err)
	case r.Method == "":
		return nil, "", fmt.Errorf("the request in %s has no method; add \"method\":\"POST\"", args[0])
	case r.URL == "":
		return nil, "", fmt.Errorf("the request in %s has no url", args[0])
	case !isAddress(r.URL):
		return nil, "", fmt.Errorf("the url of the request in %s is no address: write scheme and host, such as https://ivr.example.org/voice", args[0])
	}
	return r, wire.Token, nil
}

// isAddress reports whether a URL has a scheme that carriers request and a host. What
// follows is signed as it stands and is not looked at.
func isAddress(url string) bool {
	scheme, rest, found := strings.Cut(url, "://")
	known := slices.Contains([]string{"http", "https", "ws", "wss"}, strings.ToLower(scheme))
	return found && known && rest != "" && !strings.ContainsAny(rest[:1], "/?#:")
}

func (f *requestFlags) request(env *Env) (*callgate.Request, error) {
	r := &callgate.Request{Method: f.method, URL: f.url, Header: http.Header{}}
	for _, h := range f.headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok || name == "" {
			return nil, usagef("--header is 'NAME: VALUE'; one of them has no colon")
		}
		r.Header.Add(name, strings.TrimSpace(value))
	}
	body, err := f.content(env)
	if err != nil {
		return nil, err
	}
	r.Body = body
	if f.method != http.MethodGet && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", f.contentType)
	}
	if len(f.params) > 0 && (f.method == http.MethodGet || mediaType(f.contentType) != formType) {
		return nil, usagef("--param makes a form, which is the body of a POST; put the parameters of a GET into the URL's query, and other bodies into --body")
	}
	return r, nil
}

// content returns the body.
func (f *requestFlags) content(env *Env) ([]byte, error) {
	if f.bodyFile != "" {
		body, err := readInput(env, f.bodyFile)
		if err != nil {
			return nil, fmt.Errorf("reading the body: %w", err)
		}
		return body, nil
	}
	if len(f.params) == 0 {
		if name, isFile := strings.CutPrefix(f.body, "@"); isFile {
			return nil, usagef("--body is the body itself; a file is read with --body-file %s", name)
		}
		return []byte(f.body), nil
	}
	form, err := encodeParams(f.params)
	return []byte(form), err
}

// encodeParams writes NAME=VALUE pairs as a form, in their order.
func encodeParams(pairs []string) (string, error) {
	var form strings.Builder
	for i, p := range pairs {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			return "", usagef("--param is NAME=VALUE; the one at place %d has no equals sign", i+1)
		}
		if i > 0 {
			form.WriteByte('&')
		}
		form.WriteString(url.QueryEscape(name) + "=" + url.QueryEscape(value))
	}
	return form.String(), nil
}

func mediaType(contentType string) string {
	t, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return t
}

// readInput reads a file, or standard input when its name is "-".
func readInput(env *Env, name string) ([]byte, error) { return readUpTo(env, name, maxInput) }

// readUpTo reads a file, or standard input, of at most so many bytes.
func readUpTo(env *Env, name string, most int64) ([]byte, error) {
	in := env.Stdin
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	text, err := io.ReadAll(io.LimitReader(in, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("more than %s", sizeText(most))
	}
	return text, err
}

// sizeText writes a limit in the largest unit that it is a multiple of.
func sizeText(n int64) string {
	const kib, mib = 1 << 10, 1 << 20
	switch {
	case n%mib == 0:
		return fmt.Sprintf("%d MiB", n/mib)
	case n%kib == 0:
		return fmt.Sprintf("%d KiB", n/kib)
	}
	return fmt.Sprintf("%d bytes", n)
}
