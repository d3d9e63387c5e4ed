package watch_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/callgate/callgate/internal/watch"
)

func TestFiles(t *testing.T) {
	dir := t.TempDir()
	a, b, link := filepath.Join(dir, "a"), filepath.Join(dir, "b"), filepath.Join(dir, "link")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	write := func(name, content string) { t.Helper(); must(os.WriteFile(name, []byte(content), 0o600)) }
	write(a, "1")
	write(b, "1")
	must(os.Symlink("a", link))

	var files watch.Files
	if files.Changed() {
		t.Fatal("no file changed")
	}
	files.Set(a, link, filepath.Join(dir, "later"))
	for _, step := range []struct {
		name   string
		do     func()
		change bool
	}{
		{"nothing", func() {}, false},
		{"another file", func() { write(b, "2") }, false},
		{"written in place", func() { write(a, "2") }, true},
		{"written the same", func() { write(a, "2") }, false},
		{"renamed over", func() { write(b, "3"); must(os.Rename(b, a)) }, true},
		{"link turned", func() { write(b, "4"); must(os.Remove(link)); must(os.Symlink("b", link)) }, true},
		{"appears", func() { write(filepath.Join(dir, "later"), "") }, true},
		{"vanishes", func() { must(os.Remove(a)) }, true},
		{"stays away", func() {}, false},
		{"becomes a folder", func() { must(os.Mkdir(a, 0o700)) }, true},
		{"watched no more", func() { files.Set(b); write(link, "5"); files.Set(a) }, false},
	} {
		step.do()
		if got := files.Changed(); got != step.change {
			t.Errorf("%s: changed is %v", step.name, got)
		}
		if files.Changed() {
			t.Errorf("%s: still changed", step.name)
		}
	}
}
