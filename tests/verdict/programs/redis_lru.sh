# shellcheck shell=bash disable=SC2034,SC2154 # for tests/verdict/run
# redis: a cache of at most 16 MB, which is full after 20 s and then evicts.
needs()
{
	echo redis-server python3
}

start()
{
	exec redis-server --port 0 --unixsocket "$work/socket" --save '' --appendonly no --dir "$work" \
		--maxmemory 16mb --maxmemory-policy allkeys-lru
}

load()
{
	python3 "$programs/load/fill.py" redis "$work/socket" "$1" 600 1000000
}
