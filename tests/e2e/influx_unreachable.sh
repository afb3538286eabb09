#!/bin/sh
# While the server is unreachable, there is one line in all, and the program is not affected.  When
# it comes up, waiting points are delivered with their original times.
. "$(dirname "$0")/lib/influx.sh"

# A port that was in use a moment ago, so that nothing else listens there.
influxd_start "$work/influxdb"
influxd_stop
run_bare "$scripted" -w 1500 -x 6
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=20ms "$scripted" -w 1500 -x 6
expect_unchanged "nobody there"
expect_line "nobody there" "127.0.0.1"

# A name that does not exist (RFC 2606).
run_metered MEMAGENT_URL=http://memagent.invalid:8086 MEMAGENT_EXIT_TIMEOUT=200ms "$scripted" -w 1500 -x 6
expect_unchanged "no such host"
expect_line "no such host" memagent.invalid

# The server starts while the program runs.
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=100ms "$scripted" -w 5000 -x 6 &
runner=$!
sleep 1
influxd_start "$work/influxdb"
wait $runner
pid=$(cat "$work/pid")
expect_line "the server comes late" "127.0.0.1"
expect_exact memagent
early=$(influxd_query memagent "SELECT count(mallocs) FROM memagent WHERE agent_send_errors = 0" |
	jq -r '.results[0].series[0].values[0][1] // 0')
[ "$early" -ge 1 ] || fail "no point from before the server's start"
points=$(count_points memagent memagent)
[ "$points" -ge 35 ] || fail "$points points of 5 seconds at 100ms"
errors=$(influxd_query memagent "SELECT last(agent_send_errors) FROM memagent" |
	jq -r '.results[0].series[0].values[0][1] // 0')
[ "$errors" -ge 1 ] || fail "no failed delivery was counted"
