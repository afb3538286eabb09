#!/bin/sh
# A program in C++: containers, strings, exceptions, threads, locales, all by new and delete.
. "$(dirname "$0")/lib/hosts.sh"
need g++

g++ -std=c++17 -O2 -pthread -o "$work/words" "$root/tests/hosts/work/words.cc"

work()
{
	metered "$work/words"
}

both_ways metered jemalloc
expect_points words
