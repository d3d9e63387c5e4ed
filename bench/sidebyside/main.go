// Command sidebyside measures Callgate beside its peers and writes one table. Run
// it in the folder bench, on Linux, after scripts/interop-setup.sh.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
)

func main() {
	rounds := flag.Int("rounds", 7, "how often everything is measured")
	write := flag.String("write", "", "file to write the table to, beside printing it")
	only := flag.String("only", "", "measure only this part: verification, serving or flood")
	flag.Parse()
	if err := run(*rounds, *only, *write); err != nil {
		fmt.Fprintln(os.Stderr, "sidebyside:", err)
		os.Exit(1)
	}
}

func run(rounds int, only, write string) error {
	if err := leaveServerCore(); err != nil {
		return err
	}
	var table bytes.Buffer
	reportMachine(&table, rounds)
	if only == "" || only == "verification" {
		results, err := measureVerification(rounds)
		if err != nil {
			return err
		}
		reportVerification(&table, results)
	}
	if only == "" || only == "serving" {
		results, err := measureServers(rounds)
		if err != nil {
			return err
		}
		reportServing(&table, results)
	}
	if only == "" || only == "flood" {
		results, err := measureFlood(rounds)
		if err != nil {
			return err
		}
		reportFlood(&table, results)
	}
	if write != "" {
		if err := os.WriteFile(write, table.Bytes(), 0o644); err != nil {
			return err
		}
	}
	_, err := os.Stdout.Write(table.Bytes())
	return err
}

// pinned tells a process that it was started anew on its own core.
const pinned = "SIDEBYSIDE_PINNED"

// leaveServerCore starts this program anew on the last core, so that it does not
// take time from the servers on the first one.
func leaveServerCore() error {
	if os.Getenv(pinned) != "" {
		return nil
	}
	if runtime.NumCPU() < 2 {
		return fmt.Errorf("one core for the servers and one for the load are needed")
	}
	taskset, err := exec.LookPath("taskset")
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	argv := append([]string{"taskset", "-c", strconv.Itoa(runtime.NumCPU() - 1), self}, os.Args[1:]...)
	return syscall.Exec(taskset, argv, append(os.Environ(), pinned+"=yes"))
}
