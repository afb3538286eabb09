#!/bin/sh
# bc: 200 digits of pi and e, and the factorial of 300.
#
# limit: 300
printf '%s\n' 'scale = 200' '4 * a(1)' 'e(1)' \
	'define f(n) { if (n < 2) return (1); return (n * f(n - 1)); }' 'f(300)' \
	's = 0; for (i = 1; i < 500; i++) s += 1 / i' 's' quit |
	"$(dirname "$0")/compare" bc -l
