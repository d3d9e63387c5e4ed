package explore

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/callgate/callgate/carrier"
	"github.com/callgate/callgate/ivr"
	"github.com/callgate/callgate/ivr/expr"
)

// choices are what can be decided in a flow, drawn from the flow itself: its keys,
// entries that it takes and refuses, the values that its conditions compare with.
type choices struct {
	from    []string
	starts  []time.Time
	inputs  map[string][]string // by node: what the caller can do
	lookups map[string][]string // by node: what a look-up can bring
	dials   map[string][]string // by node: what a dialled party can do
	texts   []string
	numbers []string
	vars    map[string]expr.Type
	staged  map[string]bool // nodes that ask several things: an entry, and whether it is right
}

const (
	silence = "silence"
	press   = "press "
	speak   = "say "
)

func newChoices(f *ivr.Flow) *choices {
	c := &choices{from: []string{"+15550100", "anonymous"}, inputs: map[string][]string{}, lookups: map[string][]string{}, dials: map[string][]string{}, vars: map[string]expr.Type{}, staged: map[string]bool{}}
	c.starts = startTimes(f.Schedules)
	for _, v := range f.Vars {
		c.vars[v.Name] = v.Type
	}
	for _, s := range f.Subflows {
		for _, v := range s.Vars {
			c.vars[v.Name] = v.Type
		}
	}
	c.words(f)
	c.nodes("", f.Nodes, f.Keys)
	for _, s := range f.Subflows {
		c.nodes(s.Name+"/", s.Nodes, f.Keys)
	}
	return c
}

// startTimes are moments in and out of every schedule.
func startTimes(schedules []ivr.Schedule) []time.Time {
	times := []time.Time{carrier.DefaultStart()}
	add := func(t time.Time) {
		if !slices.ContainsFunc(times, t.Equal) {
			times = append(times, t)
		}
	}
	for _, s := range schedules {
		zone, err := time.LoadLocation(s.Zone)
		if err != nil {
			continue // a finding of Check
		}
		for _, i := range s.Week {
			for _, day := range i.Days {
				at := time.Date(2026, time.March, 1+int(day), int(i.From)/60, int(i.From)%60, 0, 0, zone)
				add(at.Add(time.Minute)) // just open; the first of March 2026 is a Sunday
			}
		}
		add(time.Date(2026, time.March, 1, 3, 17, 0, 0, zone))
		for _, h := range s.Holidays {
			add(dayAt(h.Day, zone))
		}
		for _, x := range s.Exceptions {
			add(dayAt(x.Day, zone))
		}
	}
	return times
}

func dayAt(d ivr.Day, zone *time.Location) time.Time {
	year := d.Year
	if year == 0 {
		year = 2026
	}
	return time.Date(year, d.Month, d.Day, 12, 0, 0, 0, zone)
}

var literals = regexp.MustCompile(`'((?:[^'\\]|\\.)*)'|\b\d+(?:\.\d+)?\b`)

// words gathers the values that conditions compare with.
func (c *choices) words(f *ivr.Flow) {
	c.texts, c.numbers = []string{"x", "+15005550111"}, []string{"1", "0"}
	all := f.Nodes
	for _, s := range f.Subflows {
		all = append(slices.Clone(all), s.Nodes...)
	}
	for _, n := range all {
		b, ok := n.Do.(*ivr.Branch)
		if !ok {
			continue
		}
		for _, one := range b.Cases {
			for _, m := range literals.FindAllStringSubmatch(fmt.Sprint(one.When), -1) {
				c.word(m)
			}
		}
	}
}

func (c *choices) word(m []string) {
	n, err := strconv.ParseFloat(m[0], 64)
	if err != nil {
		if !slices.Contains(c.texts, m[1]) {
			c.texts = append(c.texts, m[1])
		}
		return
	}
	for _, v := range []float64{n - 1, n, n + 1} {
		s := strconv.FormatFloat(v, 'f', -1, 64)
		if !slices.Contains(c.numbers, s) {
			c.numbers = append(c.numbers, s)
		}
	}
}

func (c *choices) nodes(prefix string, nodes []ivr.Node, globals []ivr.GlobalKey) {
	for _, n := range nodes {
		name := prefix + n.ID
		inputs := []string{silence}
		add := func(labels ...string) {
			for _, l := range labels {
				if !slices.Contains(inputs, l) {
					inputs = append(inputs, l)
				}
			}
		}
		add(c.ofAction(name, n.Do)...)
		for _, g := range globals {
			add(ofCommand(g, n.Do)...)
		}
		if isPressed := func(input string) bool { return strings.HasPrefix(input, press) }; !slices.ContainsFunc(inputs, isPressed) {
			add(speak + wrongWords) // keys may not be heard
		}
		add(press + wrongKey(inputs))
		c.inputs[name] = inputs
	}
}

// ofCommand is how a command that works everywhere is given at a node: by its key and,
// where the carrier listens to speech, by its words.
func ofCommand(g ivr.GlobalKey, action ivr.Action) (out []string) {
	if g.Key != "" {
		out = append(out, press+g.Key)
	}
	listens := false
	switch a := action.(type) {
	case *ivr.Menu, *ivr.ChooseLanguage:
		listens = true
	case *ivr.Collect:
		listens = a.Speech != nil
	}
	for _, words := range g.Words {
		if listens && len(words) > 0 {
			out = append(out, speak+words[0])
		}
	}
	slices.Sort(out) // the order of a map is not that of two runs
	return out
}

// wrongWords are no choice of any line.
const wrongWords = "something that nobody offers"

// wrongKey is a key that means nothing at a node.
func wrongKey(inputs []string) string {
	for _, k := range "8765943210*#" {
		if !slices.Contains(inputs, press+string(k)) {
			return string(k)
		}
	}
	return "8"
}

func ofMenu(m *ivr.Menu) (out []string) {
	for _, o := range m.Options {
		if o.Key != "" {
			out = append(out, press+o.Key)
		}
		for _, words := range o.Words {
			if len(words) > 0 {
				out = append(out, speak+words[0])
			}
		}
	}
	for _, key := range []string{m.RepeatKey, m.BackKey} {
		if key != "" {
			out = append(out, press+key)
		}
	}
	return out
}

// ofAction are the answers that a node expects.
func (c *choices) ofAction(name string, action ivr.Action) []string {
	var out []string
	switch a := action.(type) {
	case *ivr.Menu:
		out = ofMenu(a)
	case *ivr.ChooseLanguage:
		for _, o := range a.Offers {
			if o.Key != "" {
				out = append(out, press+o.Key)
			} else if len(o.Words) > 0 {
				out = append(out, speak+o.Words[0])
			}
		}
	case *ivr.Collect:
		c.staged[name] = true
		out = entries(a)
	case *ivr.Callback:
		c.staged[name] = true
		out = append(out, press+keyOr(a.Yes, "1"), press+keyOr(a.Other, "2"), press+keyOr(a.No, "3"), press+"02079460000#", press+"1#")
		if a.Slots != nil {
			for _, slot := range a.Slots.Choices {
				out = append(out, press+slot.Key)
			}
		}
	case *ivr.Queue:
		if a.LeaveKey != "" {
			out = append(out, press+a.LeaveKey)
		}
	case *ivr.Transfer:
		c.dials[name] = []string{"answers", "is busy", "does not answer", "cannot be reached"}
		if a.Accept != "" {
			c.dials[name] = append(c.dials[name], "accepts "+a.Accept)
		}
	case *ivr.HTTP:
		c.lookups[name] = c.replies(a)
	}
	return out
}

func keyOr(key, def string) string {
	if key == "" {
		return def
	}
	return key
}

// entries are what a Collect takes, and what it refuses.
func entries(a *ivr.Collect) []string {
	var out []string
	if a.Confirm != nil {
		out = append(out, press+keyOr(a.Confirm.Yes, "1"), press+keyOr(a.Confirm.No, "2"))
	}
	if a.Speech != nil {
		out = append(out, speak+"hello", speak+"one two three")
		for _, hints := range a.Speech.Hints {
			if len(hints) > 0 {
				out = append(out, speak+hints[0])
			}
		}
	}
	if a.Digits != nil {
		good, bad := digits(a.Digits)
		for _, d := range append(good, bad...) {
			out = append(out, press+d+keyOr(a.Digits.Finish, "#"))
		}
	}
	return out
}

// digits looks for entries that follow the rules and entries that break them, by
// trying: the rules are regular expressions, ranges and dates.
func digits(d *ivr.Digits) (good, bad []string) {
	rng := rand.New(rand.NewPCG(1, 2))
	least := max(d.Min, 1)
	pattern, err := regexp.Compile("^(?:" + d.Pattern + ")$")
	if err != nil {
		pattern = regexp.MustCompile("")
	}
	if d.Date != nil {
		return dates(d.Date)
	}
	for range 20000 {
		n := least + rng.IntN(max(d.Max, least)-least+1)
		b := make([]byte, n)
		for i := range b {
			b[i] = byte('0' + rng.IntN(10))
		}
		s := string(b)
		if ok := (d.Pattern == "" || pattern.MatchString(s)) && inRange(d.Range, s); ok && len(good) < 1 {
			good = append(good, s)
		} else if !ok && len(bad) < 1 {
			bad = append(bad, s)
		}
		if len(good) > 0 && len(bad) > 0 {
			break
		}
	}
	if d.Range != nil {
		good = append(good, fmt.Sprintf("%0*d", least, d.Range.From))
	}
	if least > 1 {
		bad = append(bad, "1")
	}
	return good, bad
}

func inRange(r *ivr.Range, s string) bool {
	if r == nil {
		return true
	}
	n, err := strconv.Atoi(s)
	return err == nil && n >= r.From && n <= r.To
}

// dates are a day soon, one long ago, and none.
func dates(d *ivr.DateRule) (good, bad []string) {
	write := func(t time.Time) string {
		return strings.NewReplacer("DD", t.Format("02"), "MM", t.Format("01"), "YYYY", t.Format("2006"), "YY", t.Format("06")).Replace(d.Layout)
	}
	offset := 3
	switch {
	case d.From != nil && d.To != nil:
		offset = (*d.From + *d.To) / 2
	case d.From != nil:
		offset = *d.From + 1
	case d.To != nil:
		offset = *d.To - 1
	}
	day := carrier.DefaultStart().AddDate(0, 0, offset)
	return []string{write(day)}, []string{write(day.AddDate(-9, 0, 0)), write(day.AddDate(9, 0, 0)), strings.Repeat("9", len(d.Layout))}
}

// replies are what a look-up can bring: answers with each value that conditions ask
// for, the statuses that have an exit, and failures.
func (c *choices) replies(h *ivr.HTTP) []string {
	out := []string{c.reply(h, 0)}
	for i := 1; i < max(len(c.texts), len(c.numbers), 2); i++ {
		if r := c.reply(h, i); !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	if len(h.Outputs) > 1 {
		out = append(out, c.mixed(h)...)
	}
	for status := range h.Statuses {
		out = append(out, fmt.Sprintf("%d {}", status))
	}
	slices.Sort(out[1:])
	return append(out, "500 {}", "200 {}", "timeout")
}

// maxMixed bounds combinations of values.
const maxMixed = 64

// mixed combines values of two outputs, which conditions often do.
func (c *choices) mixed(h *ivr.HTTP) []string {
	var out []string
	for i := range c.texts {
		for j := range c.numbers {
			if len(out) < maxMixed {
				out = append(out, c.replyOf(h, i, j))
			}
		}
	}
	return out
}

func (c *choices) reply(h *ivr.HTTP, i int) string { return c.replyOf(h, i, i) }

func (c *choices) replyOf(h *ivr.HTTP, text, number int) string {
	body := map[string]any{}
	for _, o := range h.Outputs {
		put(body, strings.Split(o.Path, "."), anyOf{text: c.texts[text%len(c.texts)], number: c.numbers[number%len(c.numbers)], yes: text%2 == 0})
	}
	return "200 " + encode(body, c.typeOf(h))
}
