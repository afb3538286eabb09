# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# python3: JSON, regular expressions, compression, digests, sorting and a database, in a loop.
needs()
{
	echo python3
}

start()
{
	exec python3 "$programs/load/work.py"
}

load()
{
	sleep "$1"
}
