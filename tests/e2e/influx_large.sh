#!/bin/sh
# influxd takes small requests only (413, max-body-size).  Batches are split until they fit, and
# every point is stored once.
. "$(dirname "$0")/lib/influx.sh"

# Points accumulate while there is no server.
influxd_start "$work/influxdb"
influxd_stop
begin_endless run MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=20ms
sleep 1.5
influxd_start "$work/influxdb" INFLUXDB_HTTP_MAX_BODY_SIZE=2000
now=$(date +%s%N)
await_points memagent "time > $now"
end run
expect_every_point memagent 20000000
grep -q ' 413 ' "$work/influxdb/influxd.log" || fail "the server never found a batch too large"
