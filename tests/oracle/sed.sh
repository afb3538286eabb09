#!/bin/sh
# sed: regular expressions with groups over 3,000 lines, and a growing hold space.
#
# limit: 300
awk 'BEGIN { for (i = 0; i < 3000; i++) printf "%d: the quick brown fox %d jumps\n", i, i * 17 }' |
	"$(dirname "$0")/compare" sed -n -E \
		's/^([0-9]+): .*(fox|dog) ([0-9]+)/\3 \2 \1/; /7 /H; $ {x; s/\n/,/g; p}'
