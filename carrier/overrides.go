package carrier

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// overrides are the connection settings in a URL's fragment
// (usage/webhooks/webhooks-connection-overrides).
type overrides struct {
	connect, read, total time.Duration
	retries              int
	policy               []string
}

// Bounds of connection overrides, in milliseconds.
const (
	minMillis        = 100
	maxConnectMillis = 10000
	maxTotalMillis   = 15000
	maxRetries       = 5
)

func defaultOverrides() overrides {
	return overrides{connect: 5 * time.Second, read: 15 * time.Second, total: 15 * time.Second, retries: 1, policy: []string{"ct"}}
}

// parseOverrides reads the fragment of a URL. What is wrong with it is a problem
// and the defaults stay.
func parseOverrides(rawURL string) (overrides, *Problem) {
	o := defaultOverrides()
	_, fragment, _ := strings.Cut(rawURL, "#")
	values, err := url.ParseQuery(fragment)
	if fragment == "" || err != nil {
		return o, nil
	}
	problem := func(code int, message string) *Problem {
		return &Problem{Code: code, Severity: Error, URL: withoutFragment(rawURL), Message: message}
	}
	if fault := o.times(values); fault != "" {
		return defaultOverrides(), problem(codeRetryPolicy, fault)
	}
	if values.Has("rc") {
		n, err := strconv.Atoi(values.Get("rc"))
		if err != nil || n < 0 || n > maxRetries {
			return defaultOverrides(), problem(codeRetryPolicy, "rc in the fragment must be from 0 to 5")
		}
		o.retries = n
	}
	if values.Has("rp") {
		o.policy = strings.Split(values.Get("rp"), ",")
		for _, p := range o.policy {
			if !oneOf(p, "ct", "rt", "4xx", "5xx", "all") {
				return defaultOverrides(), problem(codeRetryPolicy, "rp in the fragment is a list of ct, rt, 4xx, 5xx and all")
			}
		}
	}
	if e := values.Get("e"); values.Has("e") && strings.Trim(e, "abcdefghijklmnopqrstuvwxyz-,0123456789") != "" {
		return defaultOverrides(), problem(codeEdge, "e in the fragment is a list of edge locations")
	}
	return o, nil
}

// times reads the limits of time, and says what is wrong with them.
func (o *overrides) times(values url.Values) string {
	for _, f := range []struct {
		name string
		most int
		into *time.Duration
	}{{"ct", maxConnectMillis, &o.connect}, {"rt", maxTotalMillis, &o.read}, {"tt", maxTotalMillis, &o.total}} {
		if !values.Has(f.name) {
			continue
		}
		n, err := strconv.Atoi(values.Get(f.name))
		if err != nil || n < minMillis || n > f.most {
			return f.name + " in the fragment must be from 100 to " + itoa(f.most) + " milliseconds"
		}
		*f.into = time.Duration(n) * time.Millisecond
	}
	return ""
}

// again reports whether a failed attempt is made again.
func (o overrides) again(a attempt) bool {
	if slices.Contains(o.policy, "all") {
		return a.code != 0 || a.status >= 400
	}
	switch {
	case a.code != 0 && a.connected:
		return slices.Contains(o.policy, "rt")
	case a.code != 0:
		return slices.Contains(o.policy, "ct")
	case a.status >= 500:
		return slices.Contains(o.policy, "5xx")
	case a.status >= 400:
		return slices.Contains(o.policy, "4xx")
	}
	return false
}
