// Package misconfigured puts real proxy servers with wrong configurations in front
// of a gate, sends what the carrier's own library has signed, and asks package
// explain why the gate refused it.
//
// Each scenario is an edit of a tested configuration in docs/proxies, such as
// operators make: a header left out, a path behind a name, a redirect. The gate
// must refuse the request, the first cause of the explanation must be the right
// one, and what the explanation tells to mend must mend it: a line of
// callgate.yaml is taken from the text of the explanation and applied, and a line
// of the proxy's configuration must be in the text and tell the wrong
// configuration from the right one, through which the same request then passes.
//
// Every proxy is started once, with all of its wrong and right configurations side
// by side on ports of their own. The proxies name themselves in Via (RFC 9110
// section 7.6.3), which is how an explanation knows whose line to propose.
//
// The table in docs/misconfigured-proxies.md is made by "make proxies-table".
package misconfigured
