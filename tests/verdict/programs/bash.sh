# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# bash: words, arrays, substitutions, patterns and functions, in a loop.
needs()
{
	echo bash
}

start()
{
	exec bash "$programs/load/work.bash"
}

load()
{
	sleep "$1"
}
