#!/bin/sh
# perl: hashes, regular expressions, pipes, forks, threads, sockets.
. "$(dirname "$0")/lib/hosts.sh"
need perl

work()
{
	metered perl -w "$root/tests/hosts/work/perl.pl"
	metered perl -e 'die "on purpose\n"'
}

both_ways metered
expect_points perl:9
