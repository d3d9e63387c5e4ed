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
	lineLength = 30
	maxSpeech  = 60
	maxNote    = 120
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
			about = fmt.Sprintf("at most %d times", a.Max)
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

// wrap cuts a text to a length and into lines.
func wrap(text string, most int) []string {
	var lines []string
	line, length := "", 0
	for word := range strings.FieldsSeq(text) {
		word = cut(word, lineLength)
		size := utf8.RuneCountInString(word) + 1
		if length += size; length > most {
			line = strings.TrimRight(line, ".,;:") + "…"
			break
		}
		if line != "" && utf8.RuneCountInString(line)+size > lineLength {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	if line != "" {
		lines = append(lines, line)
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
