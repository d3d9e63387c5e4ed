package carrier

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// cache holds answers to GETs, as the carrier's proxies do (twiml, "caching").
// POSTs are never cached. Time is the call's.
type cache map[string]cached

type cached struct {
	answer attempt
	until  time.Duration // fresh before that
}

// fresh returns an answer that need not be asked for again.
func (c cache) fresh(method, url string, now time.Duration) (attempt, bool) {
	if method != http.MethodGet {
		return attempt{}, false
	}
	have, ok := c[url]
	if !ok || now >= have.until {
		return attempt{}, false
	}
	return have.answer, true
}

// condition makes a request conditional when there is an answer to compare with.
func (c cache) condition(method, url string, h http.Header) {
	have, ok := c[url]
	if method != http.MethodGet || !ok {
		return
	}
	if tag := have.answer.header.Get("ETag"); tag != "" {
		h.Set("If-None-Match", tag)
	}
	if date := have.answer.header.Get("Last-Modified"); date != "" {
		h.Set("If-Modified-Since", date)
	}
}

// revalidated returns the kept answer after a 304.
func (c cache) revalidated(url string, a attempt, now time.Duration) attempt {
	have, ok := c[url]
	if !ok {
		return a
	}
	have.until = now + maxAge(a.header)
	c[url] = have
	return have.answer
}

// keep stores an answer that may be kept.
func (c cache) keep(method, url string, a attempt, now time.Duration) {
	if method != http.MethodGet || a.status != http.StatusOK {
		return
	}
	control := strings.ToLower(a.header.Get("Cache-Control"))
	if strings.Contains(control, "no-store") {
		delete(c, url)
		return
	}
	age := maxAge(a.header)
	if age <= 0 && a.header.Get("ETag") == "" && a.header.Get("Last-Modified") == "" {
		return
	}
	c[url] = cached{answer: a, until: now + age}
}

// maxAge reads Cache-Control: how long an answer is fresh.
func maxAge(h http.Header) time.Duration {
	for directive := range strings.SplitSeq(strings.ToLower(h.Get("Cache-Control")), ",") {
		directive = strings.TrimSpace(directive)
		if directive == "no-cache" {
			return 0
		}
		if n, ok := strings.CutPrefix(directive, "max-age="); ok {
			if s, err := strconv.Atoi(n); err == nil && s > 0 {
				return time.Duration(min(s, maxSeconds)) * time.Second
			}
		}
	}
	return 0
}
