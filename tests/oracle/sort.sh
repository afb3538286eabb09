#!/bin/sh
# sort: 20,000 lines by a numeric key, without duplicates, in one thread.
#
# limit: 300
awk 'BEGIN { for (i = 0; i < 20000; i++) print i % 977, i * 7919 % 10007 }' |
	"$(dirname "$0")/compare" sort --parallel=1 -S 2M -k2,2n -u
