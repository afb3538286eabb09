#!/bin/sh
# A server closes a kept connection just as the next request arrives.  The request is sent once more
# on a new connection, and no error is counted.  At the end of the process a failed new connection
# is retried once, too.
. "$(dirname "$0")/lib/influx.sh"
. "$root/tests/e2e/lib/server.sh"

# libcurl's own retry fails at every sixth.
closing=
for phase in connection head body request; do
	closing="$closing $phase"
	set --
	while [ $# -lt 28 ]; do
		set -- "$@" 204 "reset $phase"
	done
	script "$phase" "$@" 204
done
script stored 204 204 'keep reset request' 204
script large '503 | busy' '503 | busy' 'reset body' 204
script end 'reset request' 204
# shellcheck disable=SC2086 # several
start_server $closing stored large end
for name in $closing stored; do
	start "$name" 1500
done
start large 2500
start end 0 MEMAGENT_INTERVAL=1h
await_all

for name in $closing stored large end; do
	expect_complete "$name"
	unstored "$name" >"$work/lost"
	[ ! -s "$work/lost" ] || fail "$name: $(wc -l <"$work/lost") points are missing"
done
for name in $closing; do
	[ "$(grep -c ' 204$' "$cases/$name.log")" -ge 8 ] || fail "$name: few connections were closed"
done
for name in $closing stored; do
	expect_quiet "$name"
	expect_equal "$name: send errors" 0 "$(last_of "$name" agent_send_errors)"
done
expect_equal "large: send errors" 2 "$(last_of large agent_send_errors)"
expect_quiet end
