// Leakscan searches what a test run recorded for secrets:
//
//	leakscan FOLDER
//
// It exits with 1 when it finds any, or when nothing was recorded, which means that
// nothing was searched.
package main

import (
	"fmt"
	"os"

	"github.com/callgate/callgate/internal/leaktest"
)

func main() {
	files, found, err := leaktest.Scan(os.Args[1])
	for _, what := range found {
		fmt.Fprintln(os.Stderr, what)
	}
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "leakscan:", err)
	case len(found) > 0:
		fmt.Fprintf(os.Stderr, "leakscan: %d leaks in what the tests made the program say\n", len(found))
	case files == 0:
		fmt.Fprintln(os.Stderr, "leakscan: nothing was recorded")
	default:
		return
	}
	os.Exit(1)
}
