#!/bin/sh
# A C++ program: containers, strings, exceptions, threads and locales, all with new and delete.
. "$(dirname "$0")/lib/hosts.sh"
need g++

g++ -std=c++17 -O2 -pthread -o "$work/words" "$root/tests/hosts/work/words.cc"

work()
{
	metered "$work/words"
}

both_ways metered jemalloc
expect_points words
