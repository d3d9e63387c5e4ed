package carrier

import (
	"slices"

	"github.com/callgate/callgate/twiml"
)

// prompts are what a Gather or a Pay lets the caller hear, one after another, before it
// waits in silence.
type prompts struct {
	list  []prompt
	at    int  // the one that is heard
	quiet bool // they are over
}

// prompt is one of them.
type prompt struct {
	el    *twiml.Element
	fetch int // the Fetch that its length waits for, 0 for none
	heard Heard
	ready bool
	mute  bool // there is nothing to hear
}

// tokenPrompt is that of the timer of the prompt that is heard; an activity's own tokens
// come behind it.
const tokenPrompt = 0

func (m *machine) prompt(t *thread, el *twiml.Element) prompt {
	if url, ok := mediaOf(t, el); ok {
		return prompt{el: el, fetch: m.fetch(t, url)}
	}
	h, ok := m.soundOf(t, el)
	// Keys that the carrier presses would be taken for the caller's (twiml/gather).
	return prompt{el: el, heard: h, ready: true, mute: !ok || h.Sound == SoundTones}
}

func (p prompts) clone() prompts {
	p.list = slices.Clone(p.list)
	return p
}

// fetched takes the file of one of them, and reports whether that was for one and the
// activity goes on. A file that cannot be played is a problem with this code.
func (p *prompts) fetched(m *machine, t *thread, f Fetched, code int) bool {
	i := slices.IndexFunc(p.list, func(q prompt) bool { return q.fetch == f.ID })
	if i < 0 {
		return false
	}
	owner, q := t.act, &p.list[i]
	h, ok := m.played(t, q.el, f, code)
	if t.dead || t.act != owner {
		return false
	}
	q.heard, q.ready, q.mute = h, true, !ok
	return true
}

// next begins the next prompt once all files are there. It reports false when there is
// none left, so that the wait begins.
func (p *prompts) next(m *machine, t *thread) bool {
	if p.quiet || slices.ContainsFunc(p.list, func(q prompt) bool { return !q.ready }) {
		return true
	}
	for p.at < len(p.list) && p.list[p.at].mute {
		p.at++
	}
	if p.at == len(p.list) {
		p.quiet = true
		return false
	}
	m.heard(p.list[p.at].heard)
	m.timer(p.list[p.at].heard.Lasts, t, tokenPrompt)
	return true
}

// heard is next when the one that was heard is over.
func (p *prompts) heard(m *machine, t *thread) bool {
	p.at++
	return p.next(m, t)
}

// cut ends what is heard, because there is input.
func (p *prompts) cut(m *machine, t *thread) {
	if !p.quiet && p.at < len(p.list) {
		m.cut(t.leg)
	}
	p.quiet = true
	m.stopTimer(t, tokenPrompt)
}
