package ivr

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"
	"reflect"
	"slices"

	"github.com/callgate/callgate/ivr/expr"
)

// stateForm changes when the form of a sealed state does, and with it all versions.
const stateForm = 1

// fingerprint hashes everything in a flow that changes what it does. Functions
// cannot be hashed: a Custom node whose code changes needs a new Version field.
func fingerprint(f *Flow) Version {
	g := *f
	g.Locate = nil
	h := sha256.New()
	fmt.Fprintf(h, "callgate flow %d\n", stateForm)
	hashValue(h, reflect.ValueOf(g), 0)
	return Version(binary.BigEndian.Uint64(h.Sum(nil)))
}

// maxHashDepth ends a value of a Custom node that holds itself.
const maxHashDepth = 100

// hashValue writes a value so that different values give different bytes: each is
// preceded by its type and each list by its length.
func hashValue(h hash.Hash, v reflect.Value, depth int) {
	if depth > maxHashDepth || !v.IsValid() {
		fmt.Fprint(h, "-;")
		return
	}
	fmt.Fprintf(h, "%v:", v.Type())
	if v.CanInterface() {
		// An expression is what it says; inside there may be compiled patterns, whose
		// form differs from one release of Go to the next.
		if x, ok := v.Interface().(expr.Expr); ok {
			if s, ok := x.(fmt.Stringer); ok {
				fmt.Fprintf(h, "%q;", s.String())
				return
			}
		}
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		hashValue(h, v.Elem(), depth+1)
	case reflect.Struct:
		for i := range v.NumField() {
			fmt.Fprintf(h, "%s=", v.Type().Field(i).Name)
			hashValue(h, v.Field(i), depth+1)
		}
	case reflect.Slice, reflect.Array:
		fmt.Fprintf(h, "%d[", v.Len())
		for i := range v.Len() {
			hashValue(h, v.Index(i), depth+1)
		}
	case reflect.Map:
		hashMap(h, v, depth)
	case reflect.String:
		fmt.Fprintf(h, "%q;", v.String())
	case reflect.Func, reflect.Chan, reflect.UnsafePointer:
		fmt.Fprintf(h, "%t;", v.IsNil())
	default:
		fmt.Fprintf(h, "%v;", v)
	}
}

func hashMap(h hash.Hash, v reflect.Value, depth int) {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		x, y := fmt.Sprint(a), fmt.Sprint(b)
		if x < y {
			return -1
		}
		return 1
	})
	fmt.Fprintf(h, "%d{", v.Len())
	for _, k := range keys {
		hashValue(h, k, depth+1)
		hashValue(h, v.MapIndex(k), depth+1)
	}
}
