# shellcheck shell=bash disable=SC2034,SC2154 # for tests/verdict/run
# node: a server whose functions are compiled while it answers 60 requests a second.
needs()
{
	echo nodejs python3
}

start()
{
	exec node "$programs/load/server.js" "$work/socket"
}

load()
{
	python3 "$programs/load/browse.py" "$work/socket" "$1" 60 4 /list /render /sort /text
}
