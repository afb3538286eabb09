# shellcheck shell=bash disable=SC2034,SC2154 # for tests/verdict/run
# ruby: each expression for grapheme clusters of UTF-32 loses a buffer (ruby 3.1.2).
needs()
{
	echo ruby
}

start()
{
	exec ruby "$programs/load/leaks.rb" grapheme
}

load()
{
	sleep "$1"
}
