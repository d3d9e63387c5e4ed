package ivr

import "fmt"

// slotsChoice is a compiled Slots.
type slotsChoice struct {
	ask   *asker
	byKey map[string]*template
}

// slots compiles the question when to call. It counts and gives up as that for the
// number does.
func (c *nodeCompiler) slots(b *Callback, number *asker) *slotsChoice {
	if b.Slots == nil {
		return nil
	}
	out := &slotsChoice{ask: c.sameAsking(number, "slots.prompt", b.Slots.Prompt), byKey: map[string]*template{}}
	c.silentCost(out.ask)
	if len(b.Slots.Choices) == 0 {
		c.fault(InvalidValue, "slots.choices", "there is no time to choose: write a key and the time that it stands for")
	}
	for i, s := range b.Slots.Choices {
		field := fmt.Sprintf("slots.choices.%d", i)
		switch _, dup := out.byKey[s.Key]; {
		case !isKey(s.Key):
			c.fault(InvalidValue, field+".key", "%q is no key: write one of 0-9, * and #", s.Key)
		case dup:
			c.fault(DuplicateKey, field+".key", "the key %s means two things", s.Key)
		case s.Value == "":
			c.fault(InvalidValue, field+".value", "the key %s stands for no time: write a text such as morning", s.Key)
		}
		out.byKey[s.Key] = c.template(field+".value", s.Value, "go into a booking")
	}
	return out
}

// slotChosen goes on with an answer to the question when to call.
func (b *callbackStepper) slotChosen(r *run) move {
	key := r.param("Digits")
	if r.ev.Kind == Silence || key == "" {
		return r.silence(b.slots.ask)
	}
	if value := b.slots.byKey[key]; value != nil {
		if slot := value.fill(r, plain); slot != "" {
			return b.book(r, slot)
		}
		return r.wrong(b.slots.ask, afterWrong)
	}
	if mv, ok := r.command(key, func() move { return r.pose(b.slots.ask, afterSilence, 0) }); ok {
		return mv
	}
	return r.wrong(b.slots.ask, afterWrong)
}
