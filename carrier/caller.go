package carrier

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// keyPause is how fast a person presses keys.
const keyPause = 300 * time.Millisecond

// A Miss is the error of a Call's methods when the call does not do what was
// expected. It tells what happened instead.
type Miss struct {
	// Want is what was expected.
	Want string
	// Instead says what happened: that the call ended, or that the line waits.
	Instead string
	// Log is what happened since the last thing that was expected and came.
	Log []Entry
}

// Error writes what was expected, what happened, and the transcript since.
func (m *Miss) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "want %s, but %s", m.Want, m.Instead)
	for _, e := range m.Log {
		if !oneOf(e.Kind, KindRequest, KindListening, KindStatus, KindOthers, KindFault) {
			fmt.Fprintf(&b, "\n    %s", e)
		}
	}
	return b.String()
}

func (c *Call) miss(want string) error {
	instead := "nothing happens any more"
	if end, over := c.End(); over {
		instead = fmt.Sprintf("the call ended (%s)", end.Reason)
	} else if c.Waits() {
		instead = "the line " + c.listening.String()
	}
	return &Miss{Want: want, Instead: instead, Log: c.log[c.heardAt:]}
}

// until lets time pass until done is true. It stops, with a Miss, when the call is
// over or, unless pass is set, when the line waits for the caller.
func (c *Call) until(want string, waits stance, done func() bool) error {
	for !done() {
		_, over := c.End()
		if over || waits == standStill && c.Waits() {
			return c.miss(want)
		}
		at, ok := c.Next()
		if !ok && len(c.undecided) == 0 {
			return c.miss(want)
		}
		if _, err := c.Step(max(at, c.Now())); err != nil {
			return err
		}
	}
	return nil
}

// stance is what to do when the line waits for the caller.
type stance int

const (
	standStill stance = iota // let no time-out run
	staySilent               // let it
)

// Hear waits until the caller hears a text that contains the given one; case and
// white space do not count. It looks only at what was not heard by an earlier
// Hear. It does not wait for the end of the prompt, and it lets no time-out run
// while the line waits for the caller: use Silence for that.
func (c *Call) Hear(text string) error {
	want := normal(text)
	return c.HearFunc(fmt.Sprintf("to hear %q", text), func(h Heard) bool {
		return h.Sound == SoundSay && strings.Contains(normal(h.Text), want)
	})
}

// HearMatch is Hear with a regular expression.
func (c *Call) HearMatch(re *regexp.Regexp) error {
	return c.HearFunc("to hear /"+re.String()+"/", func(h Heard) bool {
		return h.Sound == SoundSay && re.MatchString(h.Text)
	})
}

// HearFile is Hear with a file that is played: its URL ends with the given name.
func (c *Call) HearFile(name string) error {
	return c.HearFunc("to hear the file "+name, func(h Heard) bool {
		url, _ := cutQuery(h.URL)
		return h.Sound == SoundPlay && strings.HasSuffix(url, name)
	})
}

// HearFunc is Hear with a function; want is what errors say was expected.
func (c *Call) HearFunc(want string, match func(Heard) bool) error {
	at := c.heardAt
	return c.until(want, standStill, func() bool {
		for ; at < len(c.log); at++ {
			if h := c.log[at].Heard; h != nil && h.Leg == 0 && match(*h) {
				c.heardAt = at + 1
				return true
			}
		}
		return false
	})
}

// normal folds case and white space.
func normal(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

// Press waits until the prompts are over and the line waits for keys, and
// presses some. Each key waits for the line to listen again, as a person would.
func (c *Call) Press(keys string) error {
	asked := -1
	for i := range len(keys) {
		if asked != c.asked || !c.listening.Keys {
			if err := c.until("the line to wait for the key "+c.shown(Key{Key: keys[i]}), standStill, c.takesKeys); err != nil {
				return err
			}
		} else if err := c.Wait(keyPause); err != nil {
			return err
		}
		asked = c.asked
		if err := c.Do(Key{Key: keys[i]}); err != nil {
			return err
		}
	}
	return nil
}

func (c *Call) takesKeys() bool { return c.listening.Keys && c.listening.Quiet }

// Barge presses keys at once, while a prompt is heard. It waits only for the
// line to listen.
func (c *Call) Barge(keys string) error {
	for i := range len(keys) {
		if err := c.until("the line to listen for keys", standStill, func() bool { return c.listening.Keys }); err != nil {
			return err
		}
		if err := c.Do(Key{Key: keys[i]}); err != nil {
			return err
		}
		if i+1 < len(keys) {
			if err := c.Wait(keyPause); err != nil {
				return err
			}
		}
	}
	return nil
}

// Say waits until the line listens for speech and its prompts are over, and says something.
func (c *Call) Say(text string) error { return c.Speak(Speech{Text: text}) }

// Speak is Say with a confidence or a length.
func (c *Call) Speak(s Speech) error {
	err := c.until("the line to listen to speech", standStill, func() bool {
		return c.listening.Quiet && (c.listening.Speech || c.listening.Voice)
	})
	if err != nil {
		return err
	}
	return c.Do(s)
}

// Silence lets the caller do nothing until a time-out of the line has run out.
func (c *Call) Silence() error {
	if err := c.until("the line to wait for the caller", standStill, c.quiet); err != nil {
		return err
	}
	asked := c.asked
	return c.until("a time-out", staySilent, func() bool { return asked != c.asked || !c.quiet() })
}

// Record waits for a recording, speaks for so long, and ends it: with "hangup",
// "silence", or a key.
func (c *Call) Record(lasts time.Duration, end string) error {
	if err := c.until("a recording", standStill, func() bool { return c.listening.Voice }); err != nil {
		return err
	}
	if lasts > 0 {
		if err := c.Do(Speech{Lasts: lasts}); err != nil {
			return err
		}
		if err := c.Wait(lasts); err != nil {
			return err
		}
	}
	switch end {
	case "hangup":
		return c.HangUp()
	case "silence", "":
		return c.until("the end of the recording", staySilent, func() bool { return !c.listening.Voice })
	}
	return c.Do(Key{Key: end[0]})
}

// Wait lets time pass.
func (c *Call) Wait(d time.Duration) error {
	for until := c.Now() + d; c.Now() < until; {
		if _, err := c.Step(until); err != nil {
			return err
		}
	}
	return nil
}

// HangUp is the caller hanging up now.
func (c *Call) HangUp() error { return c.Do(HangUp{}) }

// Dials waits until the line dials somebody, "" for anybody, and says what they do.
func (c *Call) Dials(to string, callee Callee) error {
	want := "the line to dial somebody"
	if to != "" {
		want = "the line to dial " + to
	}
	return c.decides(want, func(e Effect) (Event, bool) {
		l, ok := e.(LegStarted)
		return CalleeDoes{Leg: l.Leg, Callee: callee}, ok && (to == "" || l.To == to || l.To == "client:"+to)
	})
}

// Queues waits until the caller waits in a queue, "" for any, and says what becomes of it.
func (c *Call) Queues(name string, q Queue) error {
	return c.decides("the caller to wait in a queue "+name, func(e Effect) (Event, bool) {
		have, ok := e.(Queued)
		return QueueDoes{q}, ok && (name == "" || have.Name == name)
	})
}

// Confers waits until the caller enters a conference, "" for any, and says what becomes of it.
func (c *Call) Confers(name string, conf Conference) error {
	return c.decides("the caller to enter a conference "+name, func(e Effect) (Event, bool) {
		have, ok := e.(Conferenced)
		return ConferenceDoes{conf}, ok && (name == "" || have.Name == name)
	})
}

// Pays waits until the caller is asked for a card, and says how that goes.
func (c *Call) Pays(p Payment) error {
	return c.decides("the line to ask for a card", func(e Effect) (Event, bool) {
		_, ok := e.(Paying)
		return PayDoes{p}, ok
	})
}

// Connects waits until a machine has the call, and says how it gives it back.
func (c *Call) Connects(s SessionResult) error {
	return c.decides("the line to connect a machine", func(e Effect) (Event, bool) {
		_, ok := e.(Session)
		return SessionEnds{s}, ok
	})
}

// Refers waits until the line refers a SIP caller, and says what comes of it.
func (c *Call) Refers(r ReferResult) error {
	return c.decides("the line to refer the caller", func(e Effect) (Event, bool) {
		_, ok := e.(Referred)
		return ReferDoes{r}, ok
	})
}

// decides waits for an effect that the world acts on, and acts in its place.
func (c *Call) decides(want string, answer func(Effect) (Event, bool)) error {
	var event Event
	err := c.until(want, standStill, func() bool {
		for i, e := range c.undecided {
			if does, ok := answer(e); ok {
				event = does
				c.undecided = slices.Delete(c.undecided, i, i+1)
				return true
			}
		}
		return false
	})
	if err != nil {
		return err
	}
	return c.Do(event)
}

// Undecided are the effects that wait for the world to act, before time passes
// and Config.World does. A front end that asks a person looks here.
func (c *Call) Undecided() []Effect {
	c.undecided = slices.DeleteFunc(c.undecided, func(e Effect) bool { return !c.state.awaits(e) })
	return slices.Clone(c.undecided)
}

// Fault lets something go wrong from now on, as Config.Faults does from the start.
func (c *Call) Fault(f Fault) error {
	if err := f.Check(); err != nil {
		return fmt.Errorf("carrier: fault: %w", err)
	}
	c.add(Entry{Kind: KindFault, Text: string(f.Kind), Fault: &f})
	c.client.faults.add(f)
	return nil
}

// Finish lets the caller be silent until the call is over and the last callback
// has been sent, and returns how the call ended.
func (c *Call) Finish() (End, error) {
	for {
		at, ok := c.Next()
		end, over := c.End()
		if over && !ok {
			return end, nil
		}
		if !ok && len(c.undecided) == 0 {
			return end, c.miss("the call to end")
		}
		if _, err := c.Step(max(at, c.Now())); err != nil {
			return end, err
		}
	}
}
