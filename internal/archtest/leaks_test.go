package archtest_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// silent are the packages with tests that hand nothing to the search for leaked secrets,
// and why nothing is lost by it.
var silent = map[string]string{
	"callgatetest":             "help for tests, whose errors are for the author of a test",
	"carrier/internal/audio":   "lengths of sound files",
	"interop/signers":          "a stream of requests with their keys, made to be read by verify --jsonl, which answers a word",
	"internal/casefile":        "writes what package explain has redacted, and its tests search",
	"internal/callscript":      "written-down calls, which show what is pressed",
	"internal/cli":             "what commands print is recorded by the scripts of cmd/callgate",
	"internal/explore":         "calls that nobody makes",
	"internal/flowfile":        "faults of flow files, which hold no caller's data",
	"internal/graph":           "pictures of flow files",
	"internal/doctor/protocol": "made-up requests of our own",
	"internal/logreport":       "reads logs, which are searched where they are made",
	"internal/phone":           "a telephone on the screen, which shows what is pressed",
	"internal/server":          "answers nothing itself",
	"internal/spell":           "words",
	"internal/strictyaml":      "faults of files, by key and line",
	"internal/watch":           "names of files",
	"ivr/expr":                 "expressions of flow files; evaluation has no errors",
	"ivr/internal/seal":        "its one error is a constant",
	"twiml":                    "documents",
	"twiml/internal/gen":       "a generator",
}

// What every package says in its tests is searched for secrets, by a Recorder or by Main
// of package leaktest, or the package is named above.
func TestEveryPackageIsSearchedForLeaks(t *testing.T) {
	root := filepath.Join("..", "..")
	searched := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			if d != nil && d.IsDir() && (d.Name() == "node_modules" || d.Name() == "bench") {
				return filepath.SkipDir // bench is a module of its own
			}
			return err
		}
		text, err := os.ReadFile(path)
		dir, _ := filepath.Rel(root, filepath.Dir(path))
		dir = filepath.ToSlash(dir)
		says := strings.Contains(string(text), "leaktest.Main(") || strings.Contains(string(text), "leaktest.Record(") ||
			strings.Contains(string(text), "leaktest.Find(") || strings.Contains(string(text), "process.Main(")
		if dir != "internal/archtest" { // whose words these are
			searched[dir] = searched[dir] || says
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for dir, is := range searched {
		switch why := silent[dir]; {
		case !is && why == "":
			t.Errorf("%s: its tests hand nothing to package leaktest; begin with leaktest.Main in TestMain, or say in silent why not", dir)
		case is && why != "":
			t.Errorf("%s: is searched; remove it from silent", dir)
		}
	}
	for dir := range silent {
		if _, ok := searched[dir]; !ok {
			t.Errorf("%s: has no tests; remove it from silent", dir)
		}
	}
}
