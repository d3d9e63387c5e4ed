package twilio

// findStrays lists the places of known names that are no parameter of the
// presented request, in the order of the bytes.
func (s *scratch) findStrays(l *lexicon) verdict {
	f := finder{lexicon: l, text: s.tail, strays: s.strays}
	for i := range s.spans {
		sp := &s.spans[i]
		if !f.enter(sp) {
			return ambiguous
		}
		mark := len(f.strays)
		f.lookIn(sp)
		if len(f.strays) == mark {
			continue
		}
		if len(f.strays) > maxStrays {
			return tooManyNames
		}
		for _, n := range f.strays[mark:] {
			if n.word.rank == 0 && startsRequest(sp, s.tail[n.at+len(n.word.name):]) {
				return carriesRequest
			}
		}
	}
	s.strays = f.strays
	return rightReading
}

// startsRequest reports whether the AccountSid in a parameter, with rest behind
// it, can be where the parameters of another request start: one that was signed
// with these bytes, and of which the presented one is a cut. There it is followed
// by an account, in a query after an equals sign. ErrorUrl quotes the address of
// another request and may hold its query.
func startsRequest(sp *span, rest []byte) bool {
	if len(rest) > 0 && rest[0] == '=' && (sp.word == nil || sp.word.name != "ErrorUrl") {
		rest = rest[1:]
	}
	return accountID.munch(rest) == sidLength
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
func (f *finder) enter(sp *span) bool {
	w := sp.word
	if w == nil {
		return true
	}
	end := sp.at + len(w.name)
	if end <= f.end {
		return false
	}
	if end < len(f.text) && f.nextOf[w.rank].has(f.text[end]) {
		for _, longer := range f.longer[w.rank] {
			if hasPrefix(f.text[sp.at:], longer.name) {
				return false
			}
		}
	}
	f.inside, f.end = w.rank, end
	return true
}

// lookIn finds strays that start in a parameter, at any byte behind the known
// name or, if they are longer than what is left of it, in that.
func (f *finder) lookIn(sp *span) {
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
	if at >= sp.end {
		return
	}
	text := f.text[at:min(sp.end+1, len(f.text))]
	// Most bytes are none that a name starts with, or the next one is none for it.
	seconds := &f.second
	next := seconds[text[0]]
	for i, c := range text[1:] {
		if next.has(c) {
			f.stray(at + i)
		}
		next = seconds[c]
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
//
// A far stray needs another required word at a stray, on the side where one is
// missing. If that one is far too, it needs the next on that side; AccountSid
// and the last required word end the chain, so that one of it is not far.
func (s *scratch) dropImpossible(l *lexicon) {
	helped := false
	for _, n := range s.strays {
		helped = helped || n.word.required&l.where != 0 && !n.far
	}
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
