package callgate

import (
	"context"
	"sync/atomic"
	"time"
)

// Admission is a request that the gate admitted: what was verified, and who it
// is from. Handlers read it from the request's context with AdmissionFrom, and
// read nothing else of the request that came over the network: what
// http.Request.FormValue returns, for one, mixes query and body.
type Admission struct {
	// Proof says what the signature proved. It is zero on a route where a password
	// was enough.
	Proof Proof
	// Params are the parameters: those of the body of a POST when it is a form,
	// those of the query of a GET.
	Params Params
	// Query are the parameters of the query, of either method.
	Query Params
	// Principals is who sent the request; the slice must not be changed.
	Principals []Principal
	// Decision is the answer of the access control lists.
	Decision Decision
	// Route is the path of the route in the configuration.
	Route string
	// URL is the address that the carrier requested, byte for byte.
	URL string
	// Method is that of the request.
	Method string
	// Body is the raw body.
	Body []byte
	// Received is when the request came, by Config.Now; it must not be changed. Behind
	// Check it is zero.
	Received time.Time

	// Observed is what the request would have been refused for, on a route that
	// admits it on trial: see Route.InsecureAdmitRefused. Nobody vouches for anything
	// in such a request. It is nil for every other one.
	Observed *Refusal

	language atomic.Pointer[string]
	resource *Resource
}

// Decide asks the access control lists of the request's route for another
// permission than the one that the route needs: for a part of the answer that not
// everybody may have. An admission that no gate made is granted nothing.
func (a *Admission) Decide(want Permission) Decision { return a.resource.Decide(a.Principals, want) }

// SetLanguage chooses the language of the rescue, should this request need one
// later: the caller's, when a handler has learned it. A language without a
// document is ignored. Any goroutine may call it.
func (a *Admission) SetLanguage(language string) { a.language.Store(&language) }

func (a *Admission) languageOr(fallback string) string {
	if l := a.language.Load(); l != nil {
		return *l
	}
	return fallback
}

type admissionKey struct{}

// admissionContext is a context.WithValue that is allocated with the rest.
type admissionContext struct {
	context.Context
	admission *Admission
}

func (c *admissionContext) Value(key any) any {
	if key == (admissionKey{}) {
		return c.admission
	}
	return c.Context.Value(key)
}

// AdmissionFrom returns the admission of the request that a context belongs to.
// Behind Handler there always is one.
func AdmissionFrom(ctx context.Context) (*Admission, bool) {
	a, ok := ctx.Value(admissionKey{}).(*Admission)
	return a, ok
}
