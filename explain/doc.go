// Package explain says why the signature of a webhook failed.
//
// A signature that does not fit is a bare no: the carrier signs the address and
// the parameters as it sent them, and a proxy, a framework or a setting that
// changes one byte of them makes every signature wrong. This package looks for
// the smallest set of changes that makes the signature fit, and names what
// happened, how the parts differ, and the line of configuration that mends it.
//
// # How it works
//
// An [Explainer] takes a refused [Request] and what the gate knows (keys,
// configured addresses, proxies) and tries, one after the other, the addresses, parameters and
// keys that the carrier may have signed: first those with one change, then with
// two, then with three, the likely ones first. A signature has 160 bits, so the
// first that fits is no coincidence but a proof. When none fits, the request
// itself is looked at for what is likely: a key of another account, a rotated key, a
// body that was cut, or that it is not from the carrier at all.
//
// The causes are a closed list, see [Causes]; docs/causes has a page for each.
//
// # What it does not do
//
// An explanation admits nothing: it is for people, and nothing in it may be used
// to answer a request. It holds no key, no signature and no signed text, and
// shows data of callers by the classes of its characters only: 9 for digits, x
// and X for letters.
//
// A search is bounded by [MaxCandidates] and [MaxWork], which are counted and
// not timed, so the same request always has the same answer. It takes up to some
// 50 ms of one core and belongs off the path of requests.
package explain
