#!/bin/sh
# memcached, which drops root if it has it, with several clients at once.
. "$(dirname "$0")/lib/hosts.sh"
need memcached python3

work()
{
	mkdir -m 777 "$scratch/run"
	start memcached -u nobody -s "$scratch/run/socket" -a 0777 -m 64 -t 4 -c 200
	await [ -S "$scratch/run/socket" ]
	python3 "$root/tests/hosts/work/cache.py" "$scratch/run/socket"
	finish TERM
}

both_ways metered
expect_points memcached
