package callgate

import "fmt"

// Permission is what a route asks for, such as "view".
type Permission string

// View is the permission of a route that does not name another.
const View Permission = "view"

// AnyPermission in an entry stands for every permission.
const AnyPermission Permission = "*"

// Effect is what an access control entry does.
type Effect string

// The two effects. The zero Effect is neither, and is refused by New.
const (
	Allow Effect = "allow"
	Deny  Effect = "deny"
)

// Entry is one access control entry: whether a principal may do something.
type Entry struct {
	Effect     Effect
	Principal  Principal
	Permission Permission
}

// String writes the entry as configuration does: "allow carrier:twilio view".
func (e Entry) String() string {
	return fmt.Sprintf("%s %s %s", e.Effect, e.Principal, e.Permission)
}

// Resource is a place in the tree that access control lists hang on.
type Resource struct {
	// Name is the path of the resource: "/" for the root.
	Name string
	// Parent is nil for the root.
	Parent *Resource
	// Entries are read from first to last.
	Entries []Entry
}

// Decision is the answer of an access control list, with the entry that gave it.
type Decision struct {
	Allowed    bool
	Permission Permission
	// Resource names where the deciding entry stands, and Entry is the entry.
	// Both are zero when no entry matched and the default, denial, applied.
	Resource string
	Entry    Entry
}

// String says what was decided and by which entry.
func (d Decision) String() string {
	verdict := "denied"
	if d.Allowed {
		verdict = "allowed"
	}
	if d.Resource == "" {
		return fmt.Sprintf("%s %s: no entry matches", d.Permission, verdict)
	}
	return fmt.Sprintf("%s %s by %q on %s", d.Permission, verdict, d.Entry, d.Resource)
}

// Decide looks for the first entry, from this resource up to the root, that
// names one of the principals and the permission. That entry decides; when
// there is none the answer is no.
func (r *Resource) Decide(principals []Principal, want Permission) Decision {
	for at := r; at != nil; at = at.Parent {
		for _, e := range at.Entries {
			if e.matches(principals, want) {
				return Decision{Allowed: e.Effect == Allow, Permission: want, Resource: at.Name, Entry: e}
			}
		}
	}
	return Decision{Permission: want}
}

func (e Entry) matches(principals []Principal, want Permission) bool {
	if e.Permission != want && e.Permission != AnyPermission {
		return false
	}
	for _, p := range principals {
		if p == e.Principal {
			return true
		}
	}
	return false
}

// masked hides numbers, for logs.
func (d Decision) masked() Decision {
	d.Entry.Principal = d.Entry.Principal.masked()
	return d
}
