package ivr

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// noNode says that a name is no node and what was probably meant.
func noNode(name string, sc *scope) string {
	where := "in the flow"
	if sc.name != "" {
		where = "in the subflow " + sc.name
	}
	if near := nearest(name, sc.nodes); near != "" {
		return fmt.Sprintf("there is no node %q %s: did you mean %s?", name, where, near)
	}
	return fmt.Sprintf("there is no node %q %s", name, where)
}

// noLanguage says that a name is no language, and which there are.
func (c *compiler) noLanguage(name string) string {
	names := make([]string, len(c.p.languages))
	for i := range names {
		names[i] = c.p.languages[i].name
	}
	return fmt.Sprintf("%q is no language of the flow, which speaks %s", name, strings.Join(names, ", "))
}

// nearest finds the known name with the fewest different letters, if it is near.
func nearest[V any](name string, known map[string]V) string {
	best, limit := "", 1+len(name)/3
	for k := range known {
		if d := distance(name, k); d < limit || d == limit && (best == "" || k < best) {
			best, limit = k, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete or replace.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

// isName reports whether s can be the name of a node, subflow, schedule or language.
func isName(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z'
		if !letter && (i == 0 || r != '_' && r != '-' && (r < '0' || r > '9')) {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

func isKey(s string) bool { return len(s) == 1 && strings.Contains("0123456789*#", s) }

// maxE164 is how long a telephone number is, with its plus.
const maxE164 = 16

func isE164(s string) bool {
	if len(s) < 8 || len(s) > maxE164 || s[0] != '+' || s[1] == '0' {
		return false
	}
	return strings.Trim(s[1:], "0123456789") == ""
}

// sortProblems puts findings in the order of the source, then of the nodes.
func sortFindings(fs []Finding) {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
	})
}
