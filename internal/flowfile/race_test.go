//go:build race

package flowfile_test

// oneOf is how many changes there are for each that is tried: the race detector takes
// its time, and has little to find in code without goroutines.
const oneOf = 5
