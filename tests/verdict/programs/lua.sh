# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# lua: tables, strings, closures and coroutines, for each line that it reads.
needs()
{
	echo lua5.4
}

prepare()
{
	mkfifo "$work/in"
}

start()
{
	exec lua5.4 "$programs/load/work.lua" <"$work/in"
}

load()
{
	paced "$1" 10 cat >"$work/in"
}
