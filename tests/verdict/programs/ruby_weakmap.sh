# shellcheck shell=bash disable=SC2034,SC2154 # for tests/verdict/run
# ruby: an ObjectSpace::WeakMap does not free its own structure (ruby 3.1.2).
needs()
{
	echo ruby
}

start()
{
	exec ruby "$programs/load/leaks.rb" weakmap
}

load()
{
	sleep "$1"
}
