#!/bin/sh
# libfaketime stops, speeds up or shifts the program's clocks.  Every point is stored with its true
# time.
. "$(dirname "$0")/lib/influx.sh"

for faketime in /usr/lib/*/faketime/libfaketime.so.1; do
	:
done
[ -e "$faketime" ] || skip "libfaketime is not installed"
influxd_start "$work/influxdb"

# shifted NAME FAKETIME
shifted()
{
	began=$(date +%s%N)
	begin "$1" MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=50ms LD_PRELOAD="$build/libmemagent.so:$faketime" \
		FAKETIME="$2" "$scripted" -u "$runs/$1.end"
	await_points memagent "time > $began AND pid = '$(cat "$runs/$1.pid")' AND agent_points_dropped = 0"
	later=$(date +%s%N)
	await_points memagent "time > $later AND pid = '$(cat "$runs/$1.pid")'"
	end "$1"
	expect_silence "$1"
	expect_no_gap memagent 50000000 # libfaketime itself allocates, so the values differ
}

shifted stopped '2020-01-01 00:00:00'
shifted fast '@2020-01-01 00:00:00 x20'
shifted yesterday '-1d'
