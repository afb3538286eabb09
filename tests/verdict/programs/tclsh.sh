# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# tclsh: lists, dictionaries, strings, regular expressions and procedures, in a loop.
needs()
{
	echo tcl8.6
}

start()
{
	exec tclsh8.6 "$programs/load/work.tcl"
}

load()
{
	sleep "$1"
}
