#!/bin/sh
# A server that takes small requests only (413): batches are split until they fit,
# and nothing is lost.
. "$(dirname "$0")/lib/influx.sh"

# Points gather while there is no server.
influxd_start "$work/influxdb"
influxd_stop
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=10ms "$scripted" -w 5000 &
runner=$!
sleep 1.5
influxd_start "$work/influxdb" INFLUXDB_HTTP_MAX_BODY_SIZE=2000
wait $runner
pid=$(cat "$work/pid")
expect_exact memagent
points=$(count_points memagent memagent)
[ "$points" -ge 350 ] || fail "$points points of 5 seconds at 10ms"
grep -q ' 413 ' "$work/influxdb/influxd.log" || fail "the server never found a batch too large"
dropped=$(influxd_query memagent 'SELECT last(agent_points_dropped) FROM memagent' |
	jq -r '.results[0].series[0].values[0][1] // 0')
expect_equal "points dropped" 0 "$dropped"
