package twilio

// findStrays lists the places of known names that are no parameter of the
// presented request, in the order of the bytes.
func (s *scratch) findStrays(l *lexicon) verdict {
	f := finder{lexicon: l, text: s.tail, strays: s.strays}
	for _, sp := range s.spans {
		if !f.enter(sp) {
			return ambiguous
		}
		mark := len(f.strays)
		f.lookIn(sp)
		if len(f.strays) > maxStrays {
			return tooManyNames
		}
		if sp.word != nil && sp.word.name == "ErrorUrl" {
			continue // quotes the address of another request
		}
		for _, n := range f.strays[mark:] {
			if n.word.rank == 0 && isQueryAccount(s.tail[n.at:]) {
				return carriesQuery
			}
		}
	}
	s.strays = f.strays
	return rightReading
}

// finder looks for known names from the first byte of a text to the last.
type finder struct {
	*lexicon
	text   []byte
	strays []node
	inside int // the rank of the last presented parameter
	end    int // where the names found so far end
}

// enter goes on to the next presented parameter, and reports whether its name
// is a name there for any reader.
func (f *finder) enter(sp span) bool {
	w := sp.word
	if w == nil {
		return true
	}
	end := sp.at + len(w.name)
	if end <= f.end {
		return false
	}
	for _, longer := range f.longer[w.rank] {
		if end < len(f.text) && longer.name[len(w.name)] == f.text[end] && hasPrefix(f.text[sp.at:], longer.name) {
			return false
		}
	}
	f.inside, f.end = w.rank, end
	return true
}

// lookIn finds strays that start in a parameter, at any byte behind the known
// name or, if they are longer than what is left of it, in that.
func (f *finder) lookIn(sp span) {
	at := sp.at
	if w := sp.word; w != nil {
		for _, offset := range f.inner[w.rank] {
			f.stray(at + offset)
		}
		at += len(w.name)
		if at < sp.end && (f.quiet[w.rank] || w.grammar == callAddress && dialBytes[f.text[at]]) {
			at = sp.end - 1
		}
	}
	text := f.text[at:min(sp.end+1, len(f.text))]
	for i := 1; i < len(text); i++ {
		if f.hasPair(text[i-1], text[i]) {
			f.stray(at + i - 1)
		}
	}
}

// stray enters the known name that stands at a place, if one does.
func (f *finder) stray(at int) {
	w := f.at(f.text[at:])
	if w == nil || at+len(w.name) <= f.end {
		return
	}
	f.end = at + len(w.name)
	// The required words up to inside stand to the left, the others to the right.
	left := f.requiredBelow[f.inside+1]
	far := f.requiredBelow[w.rank] > left || f.requiredBelow[w.rank+1] < left
	f.strays = append(f.strays, node{word: w, at: at, far: far})
}

// dropImpossible removes strays that no reading can use, because a required
// parameter that is before it in the order of names has no place to its left,
// or one that is after it none to its right.
func (s *scratch) dropImpossible(l *lexicon) {
	near, far := 0, 0 // strays that are required words
	for _, n := range s.strays {
		switch {
		case n.word.required&l.where == 0:
		case n.far:
			far++
		default:
			near++
		}
	}
	// A far stray needs a required word at another stray, and that one, if it is
	// far, again another.
	helped := near > 0 || far > 1
	kept := s.nodes[:0]
	for _, n := range s.strays {
		if !n.far || helped && s.possible(l, n) {
			kept = append(kept, n)
		}
	}
	s.strays, s.nodes = kept, s.strays[:0]
}

// possible looks for the places.
func (s *scratch) possible(l *lexicon, stray node) bool {
	for _, r := range l.required {
		before := r.rank < stray.word.rank
		if r.rank != stray.word.rank && !s.stands(r, stray.at, before) {
			return false
		}
	}
	return true
}

// stands reports whether the word stands anywhere before or after a place.
func (s *scratch) stands(w *word, at int, before bool) bool {
	for _, sp := range s.spans {
		if sp.word == w && (sp.at < at) == before {
			return true
		}
	}
	for _, n := range s.strays {
		if n.word == w && (n.at < at) == before {
			return true
		}
	}
	return false
}
