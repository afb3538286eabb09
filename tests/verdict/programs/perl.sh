# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# perl: hashes, strings, regular expressions, sorting and closures, in a loop.
needs()
{
	echo perl
}

start()
{
	exec perl "$programs/load/work.pl"
}

load()
{
	sleep "$1"
}
