package ivr

import (
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/callgate/callgate/twiml"
)

// say adds a prompt to the document in the making.
func (r *run) say(p *prompt) {
	if p == nil {
		return
	}
	in := &p.langs[r.s.lang]
	for i := range in.pieces {
		if verb := r.speak(&in.pieces[i], in.lang); verb != nil {
			r.said = append(r.said, verb)
		}
	}
}

// speak makes the verb of one piece; nil when there is nothing to say.
func (r *run) speak(p *piece, lang *language) spoken {
	switch {
	case p.static != nil:
		return p.static
	case p.file != "":
		return &twiml.Play{URL: r.site.media + p.file}
	}
	write := plain
	if p.markup {
		write = marked
	}
	text := p.text.fill(r, write)
	if strings.TrimSpace(text) == "" {
		return nil // the carrier warns of an empty Say
	}
	verb, err := p.say(text, lang)
	if err != nil {
		r.fail(fmt.Errorf("speech markup: %w", err))
		return nil
	}
	return verb
}

// audio returns prompts for a Gather, after what was said before: a caller who
// knows the line can interrupt all of it.
func (r *run) audio(ps ...*prompt) []twiml.Audio {
	if len(r.said) == 0 && len(ps) == 1 && ps[0] != nil && !ps[0].dynamic {
		return ps[0].langs[r.s.lang].audio
	}
	for _, p := range ps {
		r.say(p)
	}
	audio := make([]twiml.Audio, len(r.said))
	for i, verb := range r.said {
		audio[i] = verb
	}
	r.said = nil
	return audio
}

// document makes a document of what was said and then verbs.
func (r *run) document(verbs ...twiml.Verb) *twiml.Response {
	if len(r.said) == 0 {
		return twiml.New(verbs...)
	}
	all := make([]twiml.Verb, 0, len(r.said)+len(verbs))
	for _, verb := range r.said {
		all = append(all, verb)
	}
	r.said = nil
	return twiml.New(append(all, verbs...)...)
}

// token seals the state of the next step. It is made once a document, after the
// last change of the state; the kinds of its URLs differ in one character.
func (r *run) token() (string, bool) {
	r.s.step++
	if r.s.step > uint64(r.p.maxSteps+graceSteps) {
		r.fail(fmt.Errorf("the call has more than %d steps", r.p.maxSteps+graceSteps))
		return "", false
	}
	return r.seal(&r.s, callContext(r.ev.CallSid))
}

func (r *run) seal(s *State, context string) (string, bool) {
	sealed, err := r.site.sealer.seal(s, context)
	if err != nil {
		r.fail(err)
		return "", false
	}
	return sealed, true
}

// url is where an event of a kind goes.
func (r *run) url(kind EventKind, token string) string {
	return r.site.url + string(kind) + token
}

// wait ends the step with a document whose URLs verbs makes from the token.
func (r *run) wait(verbs func(token string) []twiml.Verb) move {
	token, ok := r.token()
	if !ok {
		return move{to: broken}
	}
	r.doc = r.document(verbs(token)...)
	if r.err != nil {
		return move{to: broken}
	}
	return move{to: stay}
}

// gathering is a document that asks the caller, in one piece of memory.
type gathering struct {
	doc      twiml.Response
	verbs    [2]twiml.Verb
	gather   twiml.Gather
	redirect twiml.Redirect
	form     *twiml.Form // of the whole but its two URLs; nil when it has none
}

// appendTo writes the document.
func (d *gathering) appendTo(dst []byte) ([]byte, error) {
	if d.form == nil {
		return d.doc.AppendTo(dst)
	}
	return d.form.AppendTo(dst, d.gather.Action, d.redirect.URL)
}

// gather ends the step by asking. g holds everything but the action and the prompts.
func (r *run) gather(g *twiml.Gather, audio []twiml.Audio) move {
	token, ok := r.token()
	if !ok || r.err != nil {
		return move{to: broken}
	}
	d := &gathering{gather: *g}
	// Both URLs in one piece of memory.
	urls := r.site.url + string(Input) + token + r.site.url + string(Silence) + token
	input, silence := urls[:len(urls)/2], urls[len(urls)/2:]
	d.gather.Action, d.gather.Method, d.gather.Prompts = input, twiml.POST, audio
	// Without input the carrier goes on with the next verb. actionOnEmptyResult would
	// do the same, where it exists; the redirect works everywhere.
	d.redirect = twiml.Redirect{Method: twiml.POST, URL: silence}
	d.verbs = [2]twiml.Verb{&d.gather, &d.redirect}
	d.doc.Verbs = d.verbs[:]
	r.doc, r.asking = &d.doc, d
	return move{to: stay}
}

// useForm has the question that was just asked written by the form of all like it, which
// the first of them makes.
func (r *run) useForm(form *atomic.Pointer[twiml.Form]) {
	d := r.asking
	if d == nil {
		return // and r.err says why
	}
	d.form = form.Load()
	if d.form == nil {
		var err error
		if d.form, err = twiml.NewForm(&d.doc, d.gather.Action, d.redirect.URL); err == nil {
			form.Store(d.form)
		}
	}
}

// once returns the result of an effect that is needed now. Without one the effect
// is asked for, and the step will be made again.
func (r *run) once(e Effect) (Result, bool) {
	key := e.IdempotencyKey()
	for i := range r.ev.Results {
		if r.ev.Results[i].Key == key {
			return r.ev.Results[i], true
		}
	}
	r.needs = append(r.needs, e)
	return Result{}, false
}

// newID names the next effect of this step.
func (r *run) newID() lookupID {
	r.nth++
	return lookupID{r.s.step, r.nth}
}

// key is CallSid and step, and a number where a step has several effects.
func (r *run) key(id lookupID) string {
	if id.nth == 1 {
		return fmt.Sprintf("%s:%d", r.ev.CallSid, id.step)
	}
	return fmt.Sprintf("%s:%d.%d", r.ev.CallSid, id.step, id.nth)
}
