# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# redis: strings, hashes, lists and scripts among 101 keys, and clients that come and go.
needs()
{
	echo redis-server redis-tools python3
}

start()
{
	exec redis-server --port 0 --unixsocket "$work/socket" --save '' --appendonly no --dir "$work"
}

load()
{
	python3 "$programs/load/redis.py" "$work/socket" "$1"
}
