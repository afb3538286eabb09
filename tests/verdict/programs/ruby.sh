# shellcheck shell=bash disable=SC2016,SC2034,SC2154 # for tests/verdict/run
# ruby: strings, hashes, arrays, regular expressions and serialisation, in a loop.
needs()
{
	echo ruby
}

start()
{
	exec ruby "$programs/load/work.rb"
}

load()
{
	sleep "$1"
}
