package callgate_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/callgate/callgate"
)

func TestDecide(t *testing.T) {
	root := &callgate.Resource{Name: "/", Entries: []callgate.Entry{
		{Effect: callgate.Deny, Principal: callgate.User("bob"), Permission: callgate.AnyPermission},
		{Effect: callgate.Allow, Principal: callgate.Carrier("twilio"), Permission: callgate.View},
	}}
	child := &callgate.Resource{Name: "/child", Parent: root, Entries: []callgate.Entry{
		{Effect: callgate.Allow, Principal: callgate.User("bob"), Permission: "edit"},
	}}
	grandchild := &callgate.Resource{Name: "/child/below", Parent: child}
	for _, c := range []struct {
		at         *callgate.Resource
		principals string
		permission callgate.Permission
		want       string
	}{
		{root, "everyone", "view", "view denied: no entry matches"},
		{root, "everyone carrier:twilio", "view", `view allowed by "allow carrier:twilio view" on /`},
		{root, "everyone carrier:twilio", "edit", "edit denied: no entry matches"},
		{root, "everyone carrier:twilio user:bob", "view", `view denied by "deny user:bob *" on /`},
		{child, "user:bob", "edit", `edit allowed by "allow user:bob edit" on /child`},
		{child, "user:bob", "view", `view denied by "deny user:bob *" on /`},
		{grandchild, "user:bob", "edit", `edit allowed by "allow user:bob edit" on /child`},
		{grandchild, "carrier:twilio", "view", `view allowed by "allow carrier:twilio view" on /`},
		{grandchild, "", "view", "view denied: no entry matches"},
		{grandchild, "carrier:Twilio", "view", "view denied: no entry matches"},
	} {
		var principals []callgate.Principal
		for _, p := range strings.Fields(c.principals) {
			principals = append(principals, callgate.Principal(p))
		}
		if got := c.at.Decide(principals, c.permission).String(); got != c.want {
			t.Errorf("%s may %s %s: %s, want %s", c.principals, c.permission, c.at.Name, got, c.want)
		}
	}
}

func TestRefusal(t *testing.T) {
	err := fmt.Errorf("checking: %w", callgate.Refuse(callgate.ReasonDenied, "not on %s", "Sundays"))
	if !errors.Is(err, callgate.ErrDenied) || errors.Is(err, callgate.ErrMissing) || errors.Is(err, errors.New("denied")) {
		t.Error("a refusal is another than it is")
	}
	for got, want := range map[string]string{
		err.Error():                 "checking: refused: denied: not on Sundays",
		callgate.ErrMissing.Error(): "refused: missing",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestSecret(t *testing.T) {
	secret := callgate.Secret("hunter2")
	config := struct {
		Key  callgate.Secret
		Keys []callgate.Secret
		Map  map[string]*callgate.Secret
	}{secret, []callgate.Secret{secret}, map[string]*callgate.Secret{"key": &secret}}
	var b strings.Builder
	slog.New(slog.NewTextHandler(&b, nil)).Info("config", "key", secret, "config", config)
	slog.New(slog.NewJSONHandler(&b, nil)).Info("config", "key", secret, "config", config)
	asJSON, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	b.Write(asJSON)
	fmt.Fprintf(&b, "%v %+v %#v %s %q", config, config, config, secret, secret)
	fmt.Fprint(&b, errors.Join(fmt.Errorf("bad key %v", secret)))
	if strings.Contains(b.String(), "hunter2") {
		t.Error(b.String())
	}
	if !strings.Contains(b.String(), "[secret]") || secret.Reveal() != "hunter2" {
		t.Error("there is no secret")
	}
}
