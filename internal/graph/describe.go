package graph

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/callgate/callgate/ivr"
)

// Sizes of texts in a box, in characters.
const (
	lineLength  = 30
	speechLines = 2
	noteLines   = 3
)

func id(prefix string, n int) string { return prefix + strconv.Itoa(n) }

// groupOf tells what a kind of node is like.
func groupOf(k ivr.Kind) group {
	switch k {
	case ivr.KindSay, ivr.KindMenu, ivr.KindCollect, ivr.KindLanguage:
		return speaks
	case ivr.KindTransfer, ivr.KindQueue, ivr.KindVoicemail, ivr.KindCallback:
		return connects
	case ivr.KindHangup, ivr.KindReject:
		return ends
	}
	return decides
}

// detail says what a node does, in a few words.
func detail(k ivr.Kind, a ivr.Action) string {
	about := ""
	switch a := a.(type) {
	case *ivr.Collect:
		about = a.Into
	case *ivr.Hours:
		about = a.Schedule
	case *ivr.Transfer:
		about = transferDetail(a)
	case *ivr.Queue:
		about = a.Name
	case *ivr.Voicemail:
		about = a.Mailbox
	case *ivr.Callback:
		about = a.List
	case *ivr.HTTP:
		about = host(a.URL)
	case *ivr.Set:
		var names []string
		for _, s := range a.Assign {
			names = append(names, s.Var)
		}
		about = strings.Join(names, ", ")
	case *ivr.Call:
		about = a.Subflow
	case *ivr.Goto:
		if a.Max > 0 {
			about = atMost(a.Max)
		}
	}
	if about == "" {
		return string(k)
	}
	return string(k) + ": " + about
}

func transferDetail(t *ivr.Transfer) string {
	if len(t.Targets) == 1 {
		return t.Targets[0].Number + t.Targets[0].SIP + t.Targets[0].Client
	}
	how := "one after another"
	switch t.Strategy {
	case ivr.Shuffled:
		how = "in changing order"
	case ivr.All:
		how = "all at once"
	}
	return fmt.Sprintf("%d, %s", len(t.Targets), how)
}

// host is the host of an address that may hold variables.
func host(address string) string {
	u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(address))
	if err != nil {
		return ""
	}
	return u.Host
}

// notes are the lines about a node that nobody hears.
func notes(info *ivr.NodeInfo) []string {
	lines := wrap(info.Note, noteLines)
	if info.Permission != "" {
		lines = append(lines, "needs permission: "+info.Permission)
	}
	return lines
}

// label is what an arrow says: the exit, with the key that a caller presses for it. That
// the next node comes next needs no word.
func label(a ivr.Action, exit string) string {
	key := ""
	switch a := a.(type) {
	case *ivr.Menu:
		for _, o := range a.Options {
			if o.Label == exit {
				key = o.Key
			}
		}
	case *ivr.ChooseLanguage:
		for _, o := range a.Offers {
			if o.Language == exit {
				key = o.Key
			}
		}
	}
	switch {
	case exit == "next":
		return ""
	case key != "":
		return key + " " + exit
	}
	return exit
}

// speech is the beginning of what a node says, in the first language of the flow.
func speech(flow *ivr.Flow, a ivr.Action) string {
	p := promptOf(a)
	pieces, ok := p[""]
	if len(flow.Languages) > 0 {
		if own, has := p[flow.Languages[0].Name]; has {
			pieces, ok = own, true
		}
	} else if own, has := p["en"]; has {
		pieces, ok = own, true
	}
	if !ok {
		return ""
	}
	var texts []string
	for _, piece := range pieces {
		texts = append(texts, piece.Text+piece.Markup+piece.File)
	}
	return strings.Join(texts, " ")
}

func promptOf(a ivr.Action) ivr.Prompt {
	switch a := a.(type) {
	case *ivr.Say:
		return a.Prompt
	case *ivr.Menu:
		return a.Ask.Prompt
	case *ivr.Collect:
		return a.Ask.Prompt
	case *ivr.ChooseLanguage:
		return a.Ask.Prompt
	case *ivr.Voicemail:
		return a.Greeting
	case *ivr.Hangup:
		return a.Prompt
	}
	return nil
}

// wrap cuts a text into lines, and after the last of them.
func wrap(text string, most int) []string {
	lines := []string{""}
	for word := range strings.FieldsSeq(text) {
		word = cut(word, lineLength)
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = word
		case utf8.RuneCountInString(*last)+1+utf8.RuneCountInString(word) <= lineLength:
			*last += " " + word
		case len(lines) < most:
			lines = append(lines, word)
		default:
			*last = strings.TrimRight(*last, ".,;:") + "…"
			return lines
		}
	}
	if lines[0] == "" {
		return nil
	}
	return lines
}

// cut shortens a word to a number of characters.
func cut(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

func atMost(n int) string {
	if n == 1 {
		return "at most once"
	}
	return fmt.Sprintf("at most %d times", n)
}
