#!/bin/sh
# Each call of the agent fails, one after another, while it writes to a file; and each that it makes
# in the program's own threads.
# limit: 300

. "$(dirname "$0")/lib/faults.sh"

# The agent's thread needs no memory for that.
for kind in error interrupt short; do
	sweep --who agent --kind $kind MEMAGENT_URL=file://%d/sink MEMAGENT_INTERVAL=10ms
done
for kind in memory error; do
	sweep --who shim --kind $kind MEMAGENT_URL=file://%d/sink MEMAGENT_INTERVAL=10ms
done
end_of_sweeps
