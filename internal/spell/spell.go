// Package spell finds the word that was probably meant when another was written,
// for messages such as: unknown key "lisen"; did you mean "listen"?
package spell

// Nearest returns the word of the list that is nearest to the given one, or ""
// when none is near: at most a third of the letters, and at least one, may have
// to be changed, added, left out or swapped with their neighbour. Of words that are
// equally near the first is taken.
func Nearest(word string, list []string) string {
	best, limit := "", max(1, len(word)/3)
	for _, candidate := range list {
		if d := distance(word, candidate); d <= limit {
			best, limit = candidate, d-1
		}
	}
	return best
}

// distance counts the edits between two words as "optimal string alignment"
// does: a Levenshtein distance in which two swapped neighbours are one edit.
func distance(a, b string) int {
	var before []int
	last := make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}
