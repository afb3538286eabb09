#!/bin/sh
# jq: parse 2,000 objects, group, sum and format them.
#
# limit: 300
awk 'BEGIN {
	for (i = 0; i < 2000; i++)
		printf "{\"user\": \"u%d\", \"tags\": [\"a%d\", \"b\"], \"bytes\": %d.5}\n", i % 53, i, i * 31 % 4096
}' | "$(dirname "$0")/compare" jq -s -c \
	'group_by(.user) | map({user: .[0].user, n: length, bytes: (map(.bytes) | add), tags: [.[].tags[0]] | join("/")}) | .[]'
