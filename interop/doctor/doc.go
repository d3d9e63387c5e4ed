// Package doctor runs "callgate doctor" through real proxy servers in front of a real
// "callgate serve": with the configurations of docs/proxies it finds nothing to mend, and
// with wrong ones it shows the right bytes and prints what mends them.
package doctor
