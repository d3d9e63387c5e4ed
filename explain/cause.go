package explain

import "slices"

// Cause is the word for why a signature did not fit. The list is closed: every
// explanation has one of these, and docs/causes holds a page for each.
type Cause string

// Causes in the address: something between the carrier and the gate changed it,
// or the gate was told another one.
const (
	CauseScheme       Cause = "scheme"        // signed for https, arrived as http, or any other pair
	CauseHost         Cause = "host"          // another host name
	CauseHostCase     Cause = "host-case"     // the host in other letters, small or capital
	CauseWWW          Cause = "www"           // with or without "www."
	CausePort         Cause = "port"          // another port, or one too many or missing
	CauseUserinfo     Cause = "userinfo"      // with or without "user:password@"
	CauseSlash        Cause = "slash"         // the slash at the end of the path
	CausePrefixLost   Cause = "prefix-lost"   // the beginning of the path was stripped
	CausePrefixAdded  Cause = "prefix-added"  // something was put before the path
	CausePath         Cause = "path"          // another path altogether
	CauseSlashes      Cause = "slashes"       // "//" merged into "/", or doubled
	CausePathEncoding Cause = "path-encoding" // the path was decoded or encoded anew
)

// Causes in the query.
const (
	CauseQueryLost        Cause = "query-lost"         // the query, or a part of it, was dropped
	CauseQueryAdded       Cause = "query-added"        // something was added to the query
	CauseQueryOrder       Cause = "query-order"        // the same parameters in another order
	CauseQueryRepeated    Cause = "query-repeated"     // parameters of the query doubled, or doubles dropped
	CauseQueryEncoding    Cause = "query-encoding"     // the query was decoded or encoded anew
	CauseQueryInBody      Cause = "query-in-body"      // parameters of the query are counted as the body's
	CauseBodyInQuery      Cause = "body-in-query"      // parameters of the body are in the query
	CauseBodyHashLost     Cause = "body-hash-lost"     // a JSON request without bodySHA256
	CauseBodyHashStale    Cause = "body-hash-stale"    // bodySHA256 was replaced by another
	CauseBodyHashRepeated Cause = "body-hash-repeated" // bodySHA256 more than once
)

// Causes in the body.
const (
	CauseBodyChanged    Cause = "body-changed"    // the address is right, but the body is not the signed one
	CauseBodyLost       Cause = "body-lost"       // the body is missing
	CauseBodyTruncated  Cause = "body-truncated"  // the body ends too early
	CauseBodyCompressed Cause = "body-compressed" // the body was compressed on the way
	CauseBodyEncoding   Cause = "body-encoding"   // the form was decoded or encoded anew
	CauseContentType    Cause = "content-type"    // the body is right, its Content-Type is not
	CauseFormAsJSON     Cause = "form-as-json"    // the form was turned into JSON
	CauseParamsTrimmed  Cause = "params-trimmed"  // white space at the ends of values was cut off or added
	CauseParamsEmptied  Cause = "params-emptied"  // values were replaced by empty ones, or empty ones by words
	CauseParamsLost     Cause = "params-lost"     // parameters were dropped, most often empty ones
	CauseParamsAdded    Cause = "params-added"    // a framework added parameters
	CauseParamsJoined   Cause = "params-joined"   // the values of a repeated parameter were joined into one
	CauseParamsRepeated Cause = "params-repeated" // of a repeated parameter only one was kept, or one was repeated
	CauseParamsRenamed  Cause = "params-renamed"  // "." in names became "_", or "[]" was added
	CauseCharset        Cause = "charset"         // values were read in another charset
	CauseMethod         Cause = "method"          // GET became POST or the reverse, most often by a redirect
)

// Causes in the key and in the signature itself.
const (
	CauseOtherKey         Cause = "other-key"         // a key that is known, but not in use
	CauseOtherAccount     Cause = "other-account"     // the key of another account of ours
	CauseKeySpelling      Cause = "key-spelling"      // the key has stray white space, quotes or the like
	CauseUnknownAccount   Cause = "unknown-account"   // the request names an account that has no key here
	CauseKeyRotated       Cause = "key-rotated"       // everything looks right, but no key fits
	CauseAddressUnknown   Cause = "address-unknown"   // the signed address is probably one that nobody told us
	CauseSignatureMissing Cause = "signature-missing" // there is no signature
	CauseSignatureHeader  Cause = "signature-header"  // the header was repeated, quoted or cut
	CauseSharedKey        Cause = "shared-key"        // signed with a shared key (HMAC-SHA-256)
	CauseForged           Cause = "forged"            // not from the carrier
	CauseNone             Cause = "none"              // the signature is valid
)

// Causes returns all causes. An explanation with several changes names first the
// one that comes first here.
func Causes() []Cause {
	causes := make([]Cause, len(titles))
	for i, t := range titles {
		causes[i] = t.cause
	}
	return causes
}

// titled is a cause and what it is in a few words.
type titled struct {
	cause Cause
	title string
}

var titles = []titled{
	{CauseHost, "the host is not the signed one"},
	{CauseWWW, "the host has or lacks www."},
	{CauseHostCase, "the host is spelled in other letters, small or capital"},
	{CauseScheme, "the scheme is not the signed one"},
	{CausePort, "the port is not the signed one"},
	{CauseUserinfo, "the address has or lacks a user and password"},
	{CauseSlash, "the slash at the end of the path was lost or added"},
	{CausePrefixLost, "the beginning of the path was stripped"},
	{CausePrefixAdded, "something was put before the path"},
	{CausePath, "the path was replaced"},
	{CauseSlashes, "slashes in the path were merged or doubled"},
	{CausePathEncoding, "the path was decoded or encoded anew"},
	{CauseQueryLost, "the query or a part of it was lost"},
	{CauseQueryAdded, "something was added to the query"},
	{CauseQueryOrder, "the query was put in another order"},
	{CauseQueryRepeated, "the query was doubled, or doubles were dropped"},
	{CauseQueryEncoding, "the query was decoded or encoded anew"},
	{CauseQueryInBody, "parameters of the query are counted as the body's"},
	{CauseBodyInQuery, "parameters of the body are in the query"},
	{CauseBodyHashLost, "bodySHA256 is missing from the query"},
	{CauseBodyHashStale, "bodySHA256 in the query is not the signed one"},
	{CauseBodyHashRepeated, "bodySHA256 stands in the query more than once"},
	{CauseBodyChanged, "the body was changed after it was signed"},
	{CauseBodyLost, "the body is missing"},
	{CauseBodyTruncated, "the body ends too early"},
	{CauseBodyCompressed, "the body was compressed on the way"},
	{CauseBodyEncoding, "the form was decoded or encoded anew"},
	{CauseContentType, "the Content-Type does not say what the body is"},
	{CauseFormAsJSON, "the form was turned into JSON"},
	{CauseParamsTrimmed, "white space at the ends of values was cut off or added"},
	{CauseParamsEmptied, "values were emptied, or empty ones replaced by words"},
	{CauseParamsLost, "parameters were dropped"},
	{CauseParamsAdded, "parameters were added"},
	{CauseParamsJoined, "the values of a repeated parameter were joined"},
	{CauseParamsRepeated, "of a repeated parameter only one value was kept, or one was repeated"},
	{CauseParamsRenamed, "names of parameters were changed"},
	{CauseCharset, "values were read in another charset"},
	{CauseMethod, "the method was changed"},
	{CauseOtherKey, "signed with a key that is known but not in use"},
	{CauseOtherAccount, "signed with the key of another account"},
	{CauseKeySpelling, "the key is configured with stray characters"},
	{CauseUnknownAccount, "the request is of an account that has no key here"},
	{CauseKeyRotated, "no key fits: the carrier probably signs with a newer one"},
	{CauseAddressUnknown, "the signed address is probably one that is not configured here"},
	{CauseSignatureMissing, "there is no signature"},
	{CauseSignatureHeader, "the signature header was damaged on the way"},
	{CauseSharedKey, "signed with a shared key, which is not supported"},
	{CauseForged, "probably not from the carrier"},
	{CauseNone, "the signature is valid"},
}

// Title says what the cause is in a few words: "the host is not the signed one".
// It is empty for a word that is no cause.
func (c Cause) Title() string {
	i := slices.IndexFunc(titles, func(t titled) bool { return t.cause == c })
	if i < 0 {
		return ""
	}
	return titles[i].title
}

// Confidence says how sure an answer is.
type Confidence string

const (
	// Proved: with the named changes the signature fits, which does not happen by chance.
	Proved Confidence = "proved"
	// Likely: nothing fits; the request itself points to this cause.
	Likely Confidence = "likely"
)
