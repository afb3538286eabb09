#!/bin/sh
# node: a server and its clients, workers, child processes, cryptography, compression.
. "$(dirname "$0")/lib/hosts.sh"
need node

work()
{
	metered node "$root/tests/hosts/work/node.js"
	metered node -e 'process.exitCode = 5; setTimeout(() => console.log("later"), 20)'
	metered node -e 'throw new Error("on purpose")' 2>/dev/null
}

both_ways metered
expect_points node
