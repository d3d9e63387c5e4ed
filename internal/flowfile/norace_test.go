//go:build !race

package flowfile_test

const oneOf = 1
