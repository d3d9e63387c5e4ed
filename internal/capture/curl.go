package capture

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// isCurl reports whether text is a command line that begins with curl.
func isCurl(text []byte) bool {
	head, _, _ := strings.Cut(string(text[:min(len(text), 200)]), "\n")
	head = strings.TrimPrefix(strings.TrimLeft(head, " \t"), "$ ")
	word, _, _ := strings.Cut(head, " ")
	return strings.TrimSuffix(strings.TrimRight(word, "\r\\"), ".exe") == "curl"
}

// curl collects what a curl command line says.
type curl struct {
	method, url string
	header      http.Header
	data        []string
	get, json   bool
}

// readCurl reads a curl command line as a shell and curl would, without running
// anything and without reading the files that it names.
func readCurl(text string) (*Capture, error) {
	words, err := shellWords(strings.TrimPrefix(text, "$ "))
	if err != nil {
		return nil, err
	}
	c := &curl{header: http.Header{}}
	for i := 1; i < len(words); i++ {
		word := words[i]
		if len(word) < 2 || word[0] != '-' {
			if err := c.address(word); err != nil {
				return nil, err
			}
			continue
		}
		used, err := c.option(word, words[i+1:])
		if err != nil {
			return nil, err
		}
		i += used
	}
	return c.capture()
}

func (c *curl) address(word string) error {
	if c.url != "" {
		return errors.New("it has two addresses; explain one request at a time")
	}
	c.url = word
	return nil
}

// withValue are curl's options that take a value; those that map to "" are read over.
var withValue = map[string]string{
	"-X": "request", "--request": "request", "-H": "header", "--header": "header", "--url": "url",
	"-d": "data", "--data": "data", "--data-raw": "raw", "--data-binary": "data", "--data-ascii": "data",
	"--data-urlencode": "urlencode", "--json": "json",
	"-u": "user", "--user": "user", "-A": "agent", "--user-agent": "agent", "-e": "referer", "--referer": "referer",
	"-b": "", "--cookie": "", "-c": "", "--cookie-jar": "", "-o": "", "--output": "", "-w": "", "--write-out": "",
	"-m": "", "--max-time": "", "--connect-timeout": "", "--retry": "", "--resolve": "", "--connect-to": "", "-x": "", "--proxy": "",
	"--cacert": "", "-E": "", "--cert": "", "--key": "", "-D": "", "--dump-header": "",
	"--max-redirs": "", "--retry-delay": "", "--retry-max-time": "", "--noproxy": "", "--interface": "", "--limit-rate": "", "--ciphers": "",
}

// withoutValue are curl's options that take none and change nothing that is signed.
const withoutValue = " -s --silent -S --show-error -v --verbose -i --include --show-headers -k --insecure -L --location -f --fail --fail-with-body" +
	" -g --globoff -N --no-buffer -4 --ipv4 -6 --ipv6 -0 --http1.0 --http1.1 --http2 --http2-prior-knowledge --http3 --compressed --path-as-is" +
	" --tlsv1.2 --tlsv1.3 -O --remote-name -# --progress-bar --no-progress-meter -j --junk-session-cookies -q --disable" +
	" --ssl-no-revoke --tcp-nodelay --no-keepalive --no-alpn --basic --anyauth --digest -n --netrc --tlsv1.0 --tlsv1.1 "

// option reads one option and returns how many of the words after it belong to it.
func (c *curl) option(word string, rest []string) (used int, err error) {
	name, value, attached := word, "", false
	if strings.HasPrefix(word, "--") {
		// curl does not take --name=value, but other programs print it.
		name, value, attached = strings.Cut(word, "=")
	} else {
		name, value, attached = shortOption(word)
	}
	kind, takesValue := withValue[name]
	switch {
	case name == "-G" || name == "--get":
		c.get = true
		return 0, nil
	case name == "-I" || name == "--head":
		c.method = http.MethodHead
		return 0, nil
	case !takesValue && onlyFlags(name):
		return 0, nil
	case !takesValue:
		return 0, fmt.Errorf("the option %s is not understood; leave it out if it does not change the request", optionName(name))
	case attached:
		return 0, c.set(kind, name, value)
	case len(rest) == 0:
		return 0, fmt.Errorf("the option %s has no value", name)
	}
	return 1, c.set(kind, name, rest[0])
}

// shortOption reads -X, -XPOST, and both behind options without value: -sSXPOST.
func shortOption(word string) (name, value string, attached bool) {
	for i := 1; i < min(len(word), maxFlags); i++ {
		if _, ok := withValue["-"+word[i:i+1]]; ok {
			return "-" + word[i:i+1], word[i+1:], i+1 < len(word)
		}
		if !onlyFlags("-" + word[i:i+1]) {
			break
		}
	}
	return word, "", false
}

// maxFlags bounds the letters of one word: there are no more such options.
const maxFlags = 20

// onlyFlags reports whether an option is one without value, or several in one word: -sSL.
func onlyFlags(name string) bool {
	if strings.Contains(withoutValue, " "+name+" ") {
		return true
	}
	if strings.HasPrefix(name, "--") || len(name) > maxFlags {
		return false
	}
	for _, letter := range name[1:] {
		if !strings.Contains(withoutValue, " -"+string(letter)+" ") {
			return false
		}
	}
	return true
}

// optionName returns the name of an option if it may be shown: what looks like an
// option may be anything.
func optionName(name string) string {
	const longest = 30
	if len(name) > longest || strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") != "" {
		return "that begins with " + name[:min(2, len(name))]
	}
	return name
}

func (c *curl) set(kind, name, value string) error {
	switch kind {
	case "request":
		c.method = value
	case "url":
		return c.address(value)
	case "header":
		return c.addHeader(value)
	case "agent":
		c.header.Set("User-Agent", value)
	case "referer":
		c.header.Set("Referer", value)
	case "user":
		c.header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(value)))
	case "raw":
		c.data = append(c.data, value)
	case "json":
		c.json = true
		return c.addData(name, value)
	case "data":
		return c.addData(name, value)
	case "urlencode":
		return c.addEncoded(name, value)
	}
	return nil
}

func (c *curl) addHeader(h string) error {
	name, value, found := strings.Cut(h, ":")
	if !found {
		name, found = strings.CutSuffix(h, ";") // an empty header
	}
	if !found || name == "" {
		return errors.New("a -H has no colon")
	}
	name = http.CanonicalHeaderKey(name)
	c.header[name] = append(c.header[name], strings.Trim(value, " \t"))
	return nil
}

func (c *curl) addData(name, value string) error {
	if strings.HasPrefix(value, "@") {
		return fmt.Errorf("%s reads a file, which is not read here; put its content in the place of the name, with --data-raw", name)
	}
	c.data = append(c.data, value)
	return nil
}

// addEncoded reads the value of --data-urlencode: content, =content or name=content.
func (c *curl) addEncoded(name, value string) error {
	field, content, found := strings.Cut(value, "=")
	if !found {
		if strings.Contains(value, "@") {
			return fmt.Errorf("%s reads a file, which is not read here; put its content in the place of the name", name)
		}
		field, content = "", value
	}
	encoded := strings.ReplaceAll(url.QueryEscape(content), "+", "%20")
	if field != "" {
		encoded = field + "=" + encoded
	}
	c.data = append(c.data, encoded)
	return nil
}

func (c *curl) capture() (*Capture, error) {
	if c.url == "" {
		return nil, errors.New("it has no address")
	}
	r := newRequest()
	r.URL, r.Method, r.Header = c.url, c.method, c.header
	if !strings.Contains(r.URL, "://") {
		r.URL = "http://" + r.URL // as curl does
	}
	separator, contentType := "&", "application/x-www-form-urlencoded"
	if c.json {
		separator, contentType = "", "application/json"
	}
	body := strings.Join(c.data, separator)
	switch {
	case c.get && len(c.data) > 0:
		question := "?"
		if strings.Contains(r.URL, "?") {
			question = "&"
		}
		r.URL += question + body
	case len(c.data) > 0:
		r.Body = []byte(body)
		if r.Header.Get("Content-Type") == "" {
			r.Header.Set("Content-Type", contentType)
		}
		if r.Method == "" {
			r.Method = http.MethodPost
		}
	}
	if r.Method == "" {
		r.Method = http.MethodGet
	}
	r.Host = r.Header.Get("Host")
	return &Capture{Form: FormCurl, Request: r}, nil
}
