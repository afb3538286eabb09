# shellcheck shell=bash disable=SC2034,SC2154 # for tests/verdict/run
# perl: a hash of at most 6,000 texts, of which the oldest is deleted.
needs()
{
	echo perl
}

start()
{
	exec perl "$programs/load/cache.pl"
}

load()
{
	sleep "$1"
}
