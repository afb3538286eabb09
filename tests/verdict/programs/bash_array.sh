# shellcheck shell=bash disable=SC2034,SC2154 # for tests/verdict/run
# bash: each assignment of an array in a declaration loses its quoted values (bash 5.2.15).
needs()
{
	echo bash
}

start()
{
	exec bash "$programs/load/leaks.bash" array
}

load()
{
	sleep "$1"
}
