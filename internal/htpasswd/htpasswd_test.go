package htpasswd_test

import (
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/callgate/callgate"
	"github.com/callgate/callgate/internal/htpasswd"
	"github.com/callgate/callgate/internal/leaktest"
	"golang.org/x/crypto/bcrypt"
)

var _ callgate.PasswordChecker = (*htpasswd.Users)(nil)

// Hashes that others made. The first is from the Apache documentation ("Password
// Formats"), the others from the test vectors of crypt_blowfish.
const (
	apache = "$2y$05$c4WoMPo3SXsafkva.HHa6uXQZWr7oboPiC2bT/r7q1BB8I2s0BRqC" // myPassword
	uu     = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW" // U*U
	uuu    = "$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a" // U*U*U
)

func TestCheckPassword(t *testing.T) {
	file := "# who may call\n\napache:" + apache + "\r\nuu:" + uu + "\nuuu:" + uuu + "\nslow:" + hash(t, "tortoise", 6) + "\n"
	users, err := leaktest.Noted(htpasswd.Parse("users", []byte(file)))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		user, password string
		want           bool
	}{
		{"apache", "myPassword", true},
		{"apache", "mypassword", false},
		{"apache", "", false},
		{"Apache", "myPassword", false},
		{"uu", "U*U", true},
		{"uu", "U*U*U", false},
		{"uu", "U*U\x00U*U", false}, // the same to bcrypt
		{"uuu", "U*U*U", true},
		{"slow", "tortoise", true},
		{"slow", "hare", false},
		{"nobody", "U*U", false},
		{"", "", false},
		{"# who may call", "", false},
		{"apache", strings.Repeat("x", 73), false},
	} {
		for range 2 { // the second time from memory, if it was right
			if got := users.CheckPassword(c.user, c.password); got != c.want {
				t.Errorf("CheckPassword(%q, %q) = %v", c.user, c.password, got)
			}
		}
	}
}

// TestLongPassword is about what bcrypt does not read: a password that is right in
// its first 72 bytes must not be right.
func TestLongPassword(t *testing.T) {
	password := strings.Repeat("p", 72)
	users, err := leaktest.Noted(htpasswd.Parse("users", []byte("long:"+hash(t, password, bcrypt.MinCost))))
	if err != nil {
		t.Fatal(err)
	}
	if !users.CheckPassword("long", password) || users.CheckPassword("long", password+"x") {
		t.Error("72 bytes must be right and 73 wrong")
	}
}

func TestParseRefuses(t *testing.T) {
	for _, c := range []struct{ name, file, want string }{
		{"empty", "", `users: no users; add one with "htpasswd -B users NAME"`},
		{"only comments", "# nobody\n", "users: no users"},
		{"no colon", "alice\n", `users:1: not "name:hash"`},
		{"no name", ":" + apache, "users:1: the user's name is empty"},
		{"space in name", "alice :" + apache, "users:1: the user's name is empty or has white space"},
		{"plain text", "alice:secret", `users:1: the hash of "alice" is not one of bcrypt`},
		{"crypt", "alice:rqXexS6ZhobKA", "not one of bcrypt"},
		{"MD5", "alice:$apr1$Vkn4uRXD$Lg7ZzsSgKZ9X4r7yUyWxi.", "not one of bcrypt"},
		{"SHA-1", "alice:{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE=", "not one of bcrypt"},
		{"the faulty version", "alice:" + strings.Replace(apache, "$2y$", "$2x$", 1), "not one of bcrypt"},
		{"no version", "alice:" + strings.Replace(apache, "$2y$", "$2$", 1), "not one of bcrypt"},
		{"short", "alice:" + apache[:59], "not one of bcrypt"},
		{"long", "alice:" + apache + "A", "not one of bcrypt"},
		{"trailing space", "alice:" + apache + " ", "not one of bcrypt"},
		{"foreign character", "alice:" + apache[:59] + "!", "not one of bcrypt"},
		{"no cost", "alice:$2y$xx" + apache[6:], `the hash of "alice" is damaged`},
		{"cost too small", "alice:$2y$03" + apache[6:], `the hash of "alice" is damaged`},
		{"cost too great", "alice:$2y$15" + apache[6:], `the hash of "alice" has the cost 15; above 14`},
		{"twice", "# \nalice:" + apache + "\nbob:" + uu + "\nalice:" + uu, `users:4: the user "alice" is on line 2 already`},
		{"all at once", "alice\nbob:x\n", "users:1: not \"name:hash\"\nusers:2: the hash of \"bob\""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := leaktest.Noted(htpasswd.Parse("users", []byte(c.file)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want %q", err, c.want)
			}
			for _, secret := range []string{"secret", apache[10:], "rqXexS6ZhobKA", "VBPuJHI7"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the error quotes a hash: %v", err)
				}
			}
		})
	}
}

// TestMixedCosts has users whose checks are filled up with decoys of other costs.
// That all take the same time is for BenchmarkCheckPassword to show.
func TestMixedCosts(t *testing.T) {
	users, err := leaktest.Noted(htpasswd.Parse("users", []byte("fast:"+hash(t, "hare", 4)+"\nslow:"+hash(t, "tortoise", 7))))
	if err != nil {
		t.Fatal(err)
	}
	for user, password := range map[string]string{"fast": "hare", "slow": "tortoise"} {
		if !users.CheckPassword(user, password) {
			t.Errorf("%s is refused", user)
		}
	}
	if users.CheckPassword("nobody", "hare") {
		t.Error("nobody is admitted")
	}
}

func TestManyAtOnce(t *testing.T) {
	users, err := leaktest.Noted(htpasswd.Parse("users", []byte("uu:"+uu)))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			password, want := "U*U", true
			if i%2 == 1 {
				password, want = "U*U*", false
			}
			if users.CheckPassword("uu", password) != want {
				t.Errorf("%q is not %v", password, want)
			}
		})
	}
	wg.Wait()
}

// BenchmarkCheckPassword shows that the time does not tell users that exist from
// others, whatever their hash cost, and what remembering is worth.
func BenchmarkCheckPassword(b *testing.B) {
	users, err := leaktest.Noted(htpasswd.Parse("users", []byte("fast:"+hash(b, "hare", 4)+"\nslow:"+hash(b, "tortoise", 8))))
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct{ name, user, password string }{
		{"wrong/fast", "fast", "wrong"},
		{"wrong/slow", "slow", "wrong"},
		{"wrong/nobody", "nobody", "wrong"},
		{"right", "slow", "tortoise"},
	} {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				users.CheckPassword(c.user, c.password)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add("apache:" + apache)
	f.Add("a:b\n\n#\nc:" + uu)
	f.Fuzz(func(t *testing.T, content string) {
		if strings.Count(content, "$") > 6 {
			t.Skip("many hashes are slow")
		}
		if strings.Contains(content, "$1") || strings.Contains(content, "$09") || strings.Contains(content, "$08") {
			t.Skip("great costs are slow")
		}
		users, err := leaktest.Noted(htpasswd.Parse("users", []byte(content)))
		if err == nil && users.CheckPassword("nobody in the file", "x") {
			t.Error("an unknown user is admitted")
		}
	})
}

func hash(t testing.TB, password string, cost int) string {
	t.Helper()
	h, err := bcrypt.GenerateFromPassword([]byte(password), cost)
	if err != nil {
		t.Fatal(err)
	}
	return string(h)
}

// TestWrittenByApache checks a file that "htpasswd -B" wrote.
func TestWrittenByApache(t *testing.T) {
	content, err := os.ReadFile("testdata/users")
	if err != nil {
		t.Fatal(err)
	}
	users, err := leaktest.Noted(htpasswd.Parse("testdata/users", content))
	if err != nil {
		t.Fatal(err)
	}
	for user, password := range map[string]string{"operator": "correct horse", "night": "battery staple"} {
		if !users.CheckPassword(user, password) || users.CheckPassword(user, password+" ") {
			t.Errorf("the password of %s is not %q", user, password)
		}
	}
}
