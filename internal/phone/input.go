package phone

import (
	"bufio"
	"io"
	"strings"
)

// Action is what somebody typed.
type Action struct {
	// Keys are pressed, Say is said. Silence lets time pass. HangUp hangs up.
	Keys    string
	Say     string
	Silence bool
	HangUp  bool
	// Other is a letter that says what the other side does.
	Other byte
	// Help asks what can be typed.
	Help bool
}

// ReadLines reads one action a line, until the input ends: then the caller hangs
// up. It is for input that is no terminal, and for terminals that are left as they are.
func ReadLines(r io.Reader) <-chan Action {
	out := make(chan Action)
	go func() {
		defer close(out)
		scan := bufio.NewScanner(r)
		for scan.Scan() {
			out <- parseLine(scan.Text())
		}
	}()
	return out
}

// parseLine reads a line that was typed.
func parseLine(line string) Action {
	line = strings.TrimSpace(line)
	switch {
	case line == "":
		return Action{Silence: true}
	case line[0] == '"':
		return Action{Say: strings.Trim(line, `"`)}
	case strings.HasPrefix(line, "say "):
		return Action{Say: strings.TrimSpace(line[len("say "):])}
	case strings.Trim(line, "0123456789*#") == "":
		return Action{Keys: line}
	case line == "h", line == "hangup", line == "q":
		return Action{HangUp: true}
	case len(line) == 1 && strings.Contains("abnf", line):
		return Action{Other: line[0]}
	}
	return Action{Help: true}
}

// ReadKeys reads single characters from a terminal in raw mode. Echo shows what is
// typed as speech.
func ReadKeys(r io.Reader, echo io.Writer) <-chan Action {
	out := make(chan Action)
	go func() {
		defer close(out)
		in := bufio.NewReader(r)
		for {
			c, _, err := in.ReadRune()
			if err != nil {
				return
			}
			a, ok := parseKey(c, in, echo)
			if !ok {
				return
			}
			out <- a
		}
	}()
	return out
}

// Control characters that a terminal in raw mode sends.
const (
	ctrlC     = 3
	ctrlD     = 4
	backspace = 127
)

// parseKey reads what a key begins. It reports false when the input is over.
func parseKey(c rune, in *bufio.Reader, echo io.Writer) (Action, bool) {
	switch {
	case c == ctrlC || c == ctrlD:
		return Action{HangUp: true}, true
	case c == '\r' || c == '\n':
		return Action{Silence: true}, true
	case strings.ContainsRune("0123456789*#", c):
		return Action{Keys: string(c)}, true
	case c == 'h' || c == 'q':
		return Action{HangUp: true}, true
	case strings.ContainsRune("abnf", c):
		return Action{Other: byte(c)}, true
	case c == '"' || c == '\'' || c == 's':
		text, ok := readSpeech(in, echo)
		return Action{Say: text}, ok
	}
	return Action{Help: true}, true
}

// readSpeech reads up to the end of the line.
func readSpeech(in *bufio.Reader, echo io.Writer) (string, bool) {
	var text []rune
	io.WriteString(echo, `"`)
	for {
		c, _, err := in.ReadRune()
		switch {
		case err != nil || c == ctrlC || c == ctrlD:
			return "", false
		case c == '\r' || c == '\n':
			io.WriteString(echo, "\r\n")
			return strings.Trim(string(text), `"`), true
		case c == backspace || c == '\b':
			if len(text) > 0 {
				text = text[:len(text)-1]
				io.WriteString(echo, "\b \b")
			}
		case c >= ' ':
			text = append(text, c)
			io.WriteString(echo, string(c))
		}
	}
}
