# shellcheck shell=bash disable=SC2034,SC2154 # for tests/verdict/run
# bash: each $(<FILE) loses the name of the file (bash 5.2.15).
needs()
{
	echo bash
}

start()
{
	exec bash "$programs/load/leaks.bash" file
}

load()
{
	sleep "$1"
}
