#!/bin/sh
# php: arrays, objects, regular expressions, generators and subprocesses, with its own memory pools
# and without.
. "$(dirname "$0")/lib/hosts.sh"
need php

work()
{
	metered php -n "$root/tests/hosts/work/site.php"
	USE_ZEND_ALLOC=0 metered php -n "$root/tests/hosts/work/site.php"
	metered php -n -r 'exit(6);'
	metered php -n -r 'throw new Exception("on purpose");'
}

both_ways metered
expect_points "$(executable php)"
