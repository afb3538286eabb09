# shellcheck shell=bash disable=SC2034,SC2154 # for tests/verdict/run
# redis: 12,000 new keys in the first 25 s, and then only new values for them.
needs()
{
	echo redis-server python3
}

start()
{
	exec redis-server --port 0 --unixsocket "$work/socket" --save '' --appendonly no --dir "$work"
}

load()
{
	python3 "$programs/load/fill.py" redis "$work/socket" "$1" 480 12000
}
