package carrier

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/callgate/callgate/carrier/internal/audio"
)

// maxMedia is how much of a media file is read; the head is enough to know its length.
const maxMedia = 1 << 20

// media learns how long a file plays. A file that is not fetched, by policy,
// plays for the default length.
func (c *client) media(ctx context.Context, f Fetch) Fetched {
	out := Fetched{ID: f.ID, Lasts: c.line.config.Options.withDefaults().PlayLength}
	if fault := badURL(f.URL); fault != "" {
		return Fetched{ID: f.ID, Code: codeBadURL, Message: fault}
	}
	if !c.reaches(f.URL) {
		return out
	}
	ctx, cancel := context.WithTimeout(ctx, defaultOverrides().total)
	defer cancel()
	req, err := c.line.newRequest(ctx, http.MethodGet, withoutFragment(f.URL), "")
	if err != nil {
		return Fetched{ID: f.ID, Code: codeBadURL, Message: err.Error()}
	}
	req.Header.Set("Accept", "audio/*")
	req.Header.Set("User-Agent", "TwilioProxy/1.1")
	start := time.Now()
	resp, err := c.line.config.Transport.RoundTrip(req)
	e := Exchange{For: "media", Method: http.MethodGet, URL: f.URL, Attempt: 1, Took: time.Since(start)}
	if err != nil {
		code, _ := classify(err)
		e.Err = plainError(err)
		c.tellMedia(e)
		return Fetched{ID: f.ID, Code: code, Message: e.Err}
	}
	defer resp.Body.Close()
	e.Status, e.ContentType = resp.StatusCode, resp.Header.Get("Content-Type")
	c.tellMedia(e)
	return measure(f.ID, resp, out.Lasts)
}

func (c *client) tellMedia(e Exchange) {
	if c.trace != nil {
		c.trace(e)
	}
}

// measure reads the head of a file.
func measure(id int, resp *http.Response, unknown time.Duration) Fetched {
	if resp.StatusCode != http.StatusOK {
		return Fetched{ID: id, Code: codeRetrieval, Message: fmt.Sprintf("the file has status %d", resp.StatusCode)}
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	if !audio.Playable(kind) {
		return Fetched{ID: id, Code: codeMedia, Message: fmt.Sprintf("the file has Content-Type %q, which is no audio that the carrier plays", kind)}
	}
	head, err := io.ReadAll(io.LimitReader(resp.Body, maxMedia))
	if err != nil {
		return Fetched{ID: id, Code: codeProtocol, Message: plainError(err)}
	}
	size := resp.ContentLength
	if size < 0 {
		size = int64(len(head))
	}
	if d, ok := audio.Length(kind, head, size); ok {
		return Fetched{ID: id, Lasts: d}
	}
	return Fetched{ID: id, Lasts: unknown}
}

// reaches reports whether a media file is fetched.
func (c *client) reaches(rawURL string) bool {
	switch c.line.config.Media {
	case MediaAny:
		return true
	case MediaNone:
		return false
	}
	if originOf(rawURL) == c.line.origin {
		return true
	}
	u, err := url.Parse(rawURL)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
