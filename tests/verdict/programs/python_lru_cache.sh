# shellcheck shell=bash disable=SC2034,SC2154 # for tests/verdict/run
# python3: functools.lru_cache with 8,000 results, which is full after 20 s.
needs()
{
	echo python3
}

start()
{
	exec python3 "$programs/load/lru_cache.py"
}

load()
{
	sleep "$1"
}
