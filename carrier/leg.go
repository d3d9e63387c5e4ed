package carrier

import (
	"slices"
	"strings"

	"github.com/callgate/callgate/twiml"
)

// address is whom a noun names.
func address(noun *twiml.Element) string {
	switch noun.Name {
	case "Client":
		name := noun.Text()
		if id := noun.Child("Identity"); id != nil {
			name = id.Text()
		}
		if name == "" || strings.HasPrefix(name, "client:") {
			return name
		}
		return "client:" + name
	case "Sip":
		if uri := noun.Child("Uri"); uri != nil {
			return uri.Text()
		}
	case "Application":
		if app := noun.Child("ApplicationSid"); app != nil {
			return app.Text()
		}
	case "Queue":
		return "queue:" + noun.Text()
	}
	return noun.Text()
}

// looksLikeNumber accepts what the carrier does: E.164, and unformatted numbers.
func looksLikeNumber(s string) bool {
	digits := 0
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case !strings.ContainsRune("+ -().", c):
			return false
		}
	}
	return digits >= 2
}

func resolveIf(base, ref string) string {
	if strings.TrimSpace(ref) == "" {
		return ""
	}
	return resolve(base, ref)
}

// answeredBy is the word for who picked up (voice/answering-machine-detection).
func (l *leg) answeredBy() string {
	switch {
	case !l.machine:
		return "human"
	case l.el.AttrOr("machineDetection", "") == "DetectMessageEnd":
		return "machine_end_beep"
	}
	return "machine_start"
}

// endLeg hangs up on a called party.
func (m *machine) endLeg(i int, status string) {
	l := &m.legs[i]
	if l.gone {
		return
	}
	l.gone, l.status = true, status
	for _, w := range slices.Clone(m.threads) {
		if w.leg == i {
			m.kill(w)
		}
	}
	m.emit(LegStatus{Leg: i, Status: status})
	m.progress(i, "completed")
}

// declined ends a Dial whose called party was hung up on by its own document.
func (m *machine) declined(w *thread) {
	owner := w.owner
	m.kill(w)
	m.with(owner, func(t *thread) {
		if d, ok := t.act.(*dialing); ok {
			d.afterWhisper(m, t)
		}
	})
}

// calleeHangsUp is a called party hanging up.
func (m *machine) calleeHangsUp(i int) {
	for _, t := range slices.Clone(m.threads) {
		d, ok := t.act.(*dialing)
		switch {
		case !ok || !slices.Contains(d.legs, i) && d.bridged != i:
			continue
		case d.bridged == i:
			d.unbridge(m, t, "callee")
		case m.legs[i].up:
			m.endLeg(i, "completed")
			d.afterWhisper(m, t)
		default:
			d.drop(m, i, "busy")
			if len(d.legs) == 0 {
				d.none(m, t)
			}
		}
		return
	}
}
