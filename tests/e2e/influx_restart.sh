#!/bin/sh
# influxd is stopped, killed and paused, and runs again each time.  Every point is stored once.
. "$(dirname "$0")/lib/influx.sh"

influxd_start "$work/influxdb"
url=$INFLUXD_URL
begin_endless stopped MEMAGENT_URL="$url" MEMAGENT_INTERVAL=50ms
begin_endless coarse MEMAGENT_URL="$url" MEMAGENT_INTERVAL=250ms

# Wait for points that were taken from now on.
await_new()
{
	now=$(date +%s%N)
	for name in stopped coarse; do
		await_points memagent "time > $now AND pid = '$(cat "$runs/$name.pid")'"
	done
}

await_new
influxd_stop
sleep 1
influxd_start "$work/influxdb"
await_new
kill -KILL "$INFLUXD_PID"
wait "$INFLUXD_PID" 2>/dev/null || :
influxd_start "$work/influxdb"
await_new
kill -STOP "$INFLUXD_PID"
sleep 2
kill -CONT "$INFLUXD_PID"
await_new

for name in stopped coarse; do
	end $name
	case $name in
	stopped) expect_every_point memagent 50000000 ;;
	coarse) expect_every_point memagent 250000000 ;;
	esac
	expect_equal "$name: lines on stderr" 1 "$(wc -l <"$work/err")"
done
