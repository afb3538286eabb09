# shellcheck shell=bash disable=SC2034,SC2154 # for tests/verdict/run
# memcached: its slabs are filled up to 24 MB in half a minute, and then evict.
needs()
{
	echo memcached python3
}

start()
{
	set --
	[ "$(id -u)" -ne 0 ] || set -- -u nobody
	exec memcached -s "$work/socket" -a 777 -m 24 -t 2 "$@"
}

load()
{
	python3 "$programs/load/fill.py" memcached "$work/socket" "$1" 600 1000000
}
