# shellcheck shell=bash disable=SC2034,SC2154 # for tests/verdict/run
# ruby: strings and hashes that only the collector frees, and 2,000 that stay until they are replaced.
needs()
{
	echo ruby
}

start()
{
	exec ruby "$programs/load/collected.rb"
}

load()
{
	sleep "$1"
}
