#!/bin/sh
# Each call of the agent fails in turn while it writes to a file, and each call that it makes in the
# program's threads.
# limit: 300

. "$(dirname "$0")/lib/faults.sh"

to_file='MEMAGENT_URL=file://%d/sink MEMAGENT_INTERVAL=10ms'
embedded=libmemagent-jemalloc.so
# shellcheck disable=SC2086 # several
{
	for kind in error interrupt short; do
		sweep --who agent --kind $kind $to_file
	done
	# The agent's thread allocates nothing for a file, except for the names of call sites.
	sweep --who agent --kind memory --none $to_file MEMAGENT_SITES=0
	for kind in memory error; do
		sweep --who shim --kind $kind $to_file
	done
	# jemalloc itself crashes in a thread for which it finds no memory.
	if [ -e "$build/$embedded" ]; then
		for kind in error interrupt short; do
			sweep --who agent --kind $kind --library $embedded $to_file
		done
		sweep --who shim --kind error --library $embedded $to_file
	fi
}
end_of_sweeps
