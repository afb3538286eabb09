# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# memcached: sets and gets, with clients that come and go.
needs()
{
	echo memcached python3
}

start()
{
	exec memcached -u "$(id -un)" -s "$work/socket" -m 64 -t 2 -c 200
}

load()
{
	python3 "$programs/load/memcached.py" "$work/socket" "$1"
}
