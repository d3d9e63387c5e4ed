package phone

import (
	"context"

	"github.com/callgate/callgate/carrier"
)

// Voice says aloud what a caller hears, one text at a time.
type Voice struct {
	speak  func(ctx context.Context, text, language string) error
	failed func(error)
	base   context.Context // of the command: its end silences everything
	told   bool            // failed has been called
	cancel context.CancelFunc
	done   chan error // of the text that is being said; nil for none
}

// NewVoice makes a voice of something that speaks. Speak says a text and returns when it is
// said or the context is done, which is also when ctx is. Failed is told the first
// error, once: without a loudspeaker every text would fail.
func NewVoice(ctx context.Context, speak func(ctx context.Context, text, language string) error, failed func(error)) *Voice {
	return &Voice{speak: speak, failed: failed, base: ctx}
}

// Entry says what is heard, to its end. It is for calls that nobody types in.
func (v *Voice) Entry(e carrier.Entry) {
	if !says(e) {
		return
	}
	v.begin(e.Heard)
	v.ended(<-v.done)
}

// says reports whether the caller hears a text.
func says(e carrier.Entry) bool {
	return e.Heard != nil && e.Leg == 0 && e.Heard.Sound == carrier.SoundSay
}

// begin begins to say a text, in place of what is being said.
func (v *Voice) begin(h *carrier.Heard) {
	v.Stop()
	ctx, cancel := context.WithCancel(v.base)
	done := make(chan error, 1)
	v.cancel, v.done = cancel, done
	text, language := h.Text, h.Language
	go func() { done <- v.speak(ctx, text, language) }()
}

// Stop ends what is being said, and returns when it is silent.
func (v *Voice) Stop() {
	if v.done == nil {
		return
	}
	v.cancel()
	v.ended(<-v.done)
}

func (v *Voice) ended(err error) {
	v.cancel()
	v.done = nil
	if err != nil && !v.told && v.base.Err() == nil {
		v.told = true
		v.failed(err)
	}
}
