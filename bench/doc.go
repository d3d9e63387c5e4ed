// Package bench is the root of the module that holds Callgate's benchmarks and
// the peers that they compare with. It is a module of its own so that those who
// use Callgate don't get the peers' packages.
//
// One command measures everything side by side and writes one table:
//
//	scripts/interop-setup.sh
//	go -C bench run ./sidebyside -write RESULTS.md
//
// A benchmark is never a test: nothing fails because a machine is slow.
package bench
