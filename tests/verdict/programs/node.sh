# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# node: buffers, compression, digests, timers and files, in a loop.
needs()
{
	echo nodejs
}

start()
{
	exec node --expose-gc --max-old-space-size=200 "$programs/load/work.js"
}

load()
{
	sleep "$1"
}
