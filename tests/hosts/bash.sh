#!/bin/sh
# bash: pipes, background jobs, substitutions, traps, coprocesses, signals.
. "$(dirname "$0")/lib/hosts.sh"
need bash

work()
{
	metered bash "$root/tests/hosts/work/shell.bash" 2>&1
	metered bash -c 'trap "echo bye" EXIT; exit 7'
	metered bash -c 'kill -TERM $$'
}

both_ways metered
expect_points bash
