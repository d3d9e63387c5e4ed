package phone_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/callgate/callgate/internal/phone"
)

func collect(in <-chan phone.Action) []phone.Action {
	var out []phone.Action
	for a := range in {
		out = append(out, a)
	}
	return out
}

func TestReadLines(t *testing.T) {
	got := collect(phone.ReadLines(strings.NewReader("12#\n\n\"hello\"\nsay good day\nh\nhangup\nb\nwhat\n")))
	want := []phone.Action{{Keys: "12#"}, {Silence: true}, {Say: "hello"}, {Say: "good day"}, {HangUp: true}, {HangUp: true}, {Other: 'b'}, {Help: true}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestReadKeys(t *testing.T) {
	var echo bytes.Buffer
	got := collect(phone.ReadKeys(strings.NewReader("1*\r\"helo\x7flo\rn?\x03h"), &echo))
	want := []phone.Action{{Keys: "1"}, {Keys: "*"}, {Silence: true}, {Say: "hello"}, {Other: 'n'}, {Help: true}, {HangUp: true}, {HangUp: true}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	if echo.String() != "\"helo\b \blo\r\n" {
		t.Errorf("echo %q", echo.String())
	}
	if got := collect(phone.ReadKeys(strings.NewReader("\"unfinished"), &echo)); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}
