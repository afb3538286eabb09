# shellcheck shell=bash disable=SC2034,SC2154 # for tests/verdict/run
# ruby: a table of keys is lost with each wrong pattern for hashes (ruby 3.1.2).
needs()
{
	echo ruby
}

start()
{
	exec ruby "$programs/load/leaks.rb" pattern
}

load()
{
	sleep "$1"
}
