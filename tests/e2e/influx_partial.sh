#!/bin/sh
# A partial write: the server stores some points of a batch.  Only the refused ones are counted as
# dropped.  With a real InfluxDB 1.x, and with the answers of 1.x, 2.x and 3.
. "$(dirname "$0")/lib/influx.sh"
. "$root/tests/e2e/lib/server.sh"

influxd_start "$work/influxdb"
influxd_query '' 'CREATE DATABASE memagent WITH DURATION 2h' >/dev/null
now=$(date +%s)
i=0
while [ $i -lt 20 ]; do
	echo "memagent,pid=1 mallocs=1i $((now - 86400))0000000$((10 + i))"
	echo "memagent,pid=1 mallocs=1i ${now}0000000$((10 + i))"
	i=$((i + 1))
done >"$work/mixed"
status=0
MEMAGENT_URL="$INFLUXD_URL" "$build/memagent-send" "$work/mixed" >"$work/sent" 2>&1 || status=$?
expect_equal "memagent-send: status" 1 "$status"
expect_equal "memagent-send: stored" 20 "$(count_points memagent memagent)"
grep -q '20 of 40 points were refused' "$work/sent" || fail "memagent-send said: $(cat "$work/sent")"

script v1 '503 | busy' 'keep 400 | {"error":"partial write: points beyond retention policy dropped=2"}' 204
script v2 '503 | busy' 'keep 422 | {"code":"unprocessable entity","message":"partial write: x dropped=2 for y"}' 204
script v3 '503 | busy' 'keep 400 | {"error":"partial write of line protocol occurred","data":[{"error_message":"x"},{"error_message":"y"}]}' 204
start_server v1 v2 v3
start v1 1500
start v2 1500 MEMAGENT_API=v2
start v3 1500 MEMAGENT_API=v3
await_all
for name in v1 v2 v3; do
	expect_complete "$name"
	expect_equal "$name: dropped" 2 "$(last_of "$name" agent_points_dropped)"
done
