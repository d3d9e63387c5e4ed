// Package archtest keeps the architecture: which package may import which, and what
// every package and file must be like. The rules stand in its test, a line for each
// package, and a new package or dependency needs a line there and a sentence in
// docs/design.md.
//
// The files are parsed here, in the process of the test. Asking "go list" instead would
// let a violation pass from the test cache, which does not know of files that
// another program read.
package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// MaxLines bounds a hand-written file. A longer one is two rooms.
const MaxLines = 500

// Rules are what a module must be like.
type Rules struct {
	// Module is the import path of the module.
	Module string
	// Uses says for each package (its folder, "." for the root) which others its
	// code may import: folders of this module, where "internal/..." stands for it and all below, and
	// paths of other modules. The standard library is always allowed.
	Uses map[string][]string
	// TestUses are other modules that test files of every package may import.
	TestUses []string
}

// pkg is a folder with Go files.
type pkg struct {
	dir      string
	comments int
	tests    bool // it has test files only
}

// Check reads all Go files of the module in fsys, and returns what breaks the rules.
// Folders that are modules of their own, or that hold no code of ours (testdata,
// node_modules and those that begin with "." or "_"), are left out.
func Check(fsys fs.FS, rules Rules) []error {
	c := &checker{fsys: fsys, rules: rules, packages: map[string]*pkg{}}
	err := fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir():
			return c.enter(name)
		case strings.HasSuffix(name, ".go"):
			return c.file(name)
		}
		return nil
	})
	if err != nil {
		c.fault("reading the module: %v", err)
	}
	c.finish()
	return c.faults
}

type checker struct {
	fsys     fs.FS
	rules    Rules
	packages map[string]*pkg
	faults   []error
}

func (c *checker) fault(format string, args ...any) {
	c.faults = append(c.faults, fmt.Errorf(format, args...))
}

func (c *checker) enter(dir string) error {
	base := path.Base(dir)
	if dir == "." {
		return nil
	}
	_, err := fs.Stat(c.fsys, path.Join(dir, "go.mod"))
	if err == nil || base == "testdata" || base == "node_modules" || base[0] == '.' || base[0] == '_' {
		return fs.SkipDir
	}
	return nil
}

func (c *checker) file(name string) error {
	text, err := fs.ReadFile(c.fsys, name)
	if err != nil {
		return err
	}
	f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	isTest := strings.HasSuffix(name, "_test.go")
	if n := bytes.Count(text, []byte("\n")); n > MaxLines && !isTest && !ast.IsGenerated(f) {
		c.fault("%s: has %d lines, more than %d", name, n, MaxLines)
	}
	c.imports(name, f, isTest)
	c.noInit(name, f)
	p := c.packages[path.Dir(name)]
	if p == nil {
		p = &pkg{dir: path.Dir(name), tests: true}
		c.packages[p.dir] = p
	}
	p.tests = p.tests && isTest
	if f.Doc != nil && !isTest {
		p.comments++
		c.packageComment(name, f)
	}
	return nil
}

func (c *checker) packageComment(name string, f *ast.File) {
	want := "Package " + f.Name.Name + " "
	if f.Name.Name != "main" && !strings.HasPrefix(f.Doc.Text(), want) {
		c.fault("%s: the package comment must begin with %q", name, want)
	}
}

func (c *checker) imports(name string, f *ast.File, isTest bool) {
	dir := path.Dir(name)
	for _, spec := range f.Imports {
		imported := strings.Trim(spec.Path.Value, `"`)
		if within, ok := strings.CutPrefix(imported, c.rules.Module); ok && (within == "" || within[0] == '/') {
			imported = path.Join(".", "./"+within)
			if isTest || imported == dir {
				continue // tests speak from outside, and may use everything of ours
			}
		} else if isStandard(imported) || isTest && allowed(imported, c.rules.TestUses) {
			continue
		}
		if !allowed(imported, c.rules.Uses[dir]) {
			c.fault("%s: imports %s, which no rule in internal/archtest allows", name, imported)
		}
	}
}

// isStandard reports whether the path is one of the standard library, whose first
// elements have no dot.
func isStandard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".") && imported != "C"
}

func allowed(imported string, list []string) bool {
	return slices.ContainsFunc(list, func(rule string) bool {
		all, ok := strings.CutSuffix(rule, "/...")
		return imported == all || ok && strings.HasPrefix(imported, all+"/")
	})
}

// noInit refuses init functions: what they do cannot be given a configuration, and its
// errors cannot be returned.
func (c *checker) noInit(name string, f *ast.File) {
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			c.fault("%s: has an init function", name)
		}
	}
}

// finish checks what can be told when all files were read.
func (c *checker) finish() {
	for dir, p := range c.packages {
		if _, ok := c.rules.Uses[dir]; !ok {
			c.fault("%s: a package without a line in internal/archtest", dir)
		}
		if p.comments != 1 && !p.tests {
			c.fault("%s: has %d package comments; one is wanted", dir, p.comments)
		}
		if slices.Contains([]string{"util", "utils", "common", "helpers", "misc"}, path.Base(dir)) {
			c.fault("%s: a package is named for what it does", dir)
		}
	}
	for dir := range c.rules.Uses {
		if c.packages[dir] == nil {
			c.fault("%s: has a line in internal/archtest, but there is no such package", dir)
		}
	}
	slices.SortFunc(c.faults, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
}
