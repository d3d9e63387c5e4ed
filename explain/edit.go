package explain

// edit is one way back from what was received to what may have been signed.
// Edits of an address, of parameters and of both are of different types T.
type edit[T any] struct {
	cause Cause
	// cost is how unlikely the edit is, see costLikely.
	cost int
	// slot is what the edit sets; two edits that set the same thing are not
	// combined.
	slot slot
	// depth bounds the changes of an explanation that the edit is part of: it is
	// less than MaxChanges for edits that there are very many of.
	depth int
	// apply returns the edited value, and whether the edit changes anything.
	apply func(T) (T, bool)
}

// The costs of an edit. Explanations with the same number of changes are tried
// by their sum, the lowest first.
const (
	costLikely   = 1 // the field's everyday faults
	costFair     = 2 // seen in many reports
	costUnlikely = 3 // seen in some
	costRare     = 5 // possible
	costLast     = 8 // one of very many
)

// slot names what an edit sets.
type slot int

const (
	slotFree slot = iota // combines with every other edit
	slotScheme
	slotUser
	slotHost
	slotPort
	slotTarget
	slotBodyHash
	slotOrder
	slotRecodePath
	slotRecodeQuery
	slotMove
	slotContent
	slotTrim
	slotCharset
)

// edits collects edits. They are applied in the order in which they were added.
type edits[T any] []edit[T]

// add adds an edit that may be part of any explanation.
func (es *edits[T]) add(cause Cause, cost int, slot slot, apply func(T) (T, bool)) {
	*es = append(*es, edit[T]{cause, cost, slot, MaxChanges, apply})
}

// changed returns the new text and whether it is another.
func changed(old, new string) (string, bool) { return new, new != old }
