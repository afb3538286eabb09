# shellcheck shell=bash disable=SC2034,SC2154 # for tests/verdict/run
# ruby: tables of the parser are lost with each wrong symbol (ruby 3.1.2).
needs()
{
	echo ruby
}

start()
{
	exec ruby "$programs/load/leaks.rb" symbol
}

load()
{
	sleep "$1"
}
