#!/bin/sh
# Processes that start together do not send together.  The first point of each is taken at a random
# time in its first interval.
. "$(dirname "$0")/lib/influx.sh"
. "$root/tests/e2e/lib/server.sh"

names='a b c d e f g h i j'
for name in $names; do
	script "$name" 204
done
# shellcheck disable=SC2086 # several
start_server $names
for name in $names; do
	start "$name" 1200 MEMAGENT_INTERVAL=1s
done
await_all

# From its start to its first point, in ms.
for name in $names; do
	start=$(sed -n 's/^memagent_event,.* event="start".* //p' "$cases/$name.stored")
	first=$(sed -n 's/^memagent,.* //p' "$cases/$name.stored" | head -n 1)
	echo $(((first - start) / 1000000))
	# Nothing was sent before it.
	[ "$(sed -n 's/^[^ ]* POST [^ ]* plain \([0-9]*\) .*/\1/p;q' "$cases/$name.log")" -ge \
		"$(head -n 2 "$cases/$name.stored" | wc -c)" ] || fail "$name: the first request came before the first point"
done | sort -n >"$work/waits"
least=$(head -n 1 "$work/waits")
most=$(tail -n 1 "$work/waits")
[ $((most - least)) -ge 200 ] || fail "the first points of ten processes are within $((most - least)) ms"
