#!/bin/sh
# influxd's disk is full, so it answers with an error and the points wait.  When there is room
# again, every point is stored once.
. "$(dirname "$0")/lib/influx.sh"

clean_up_more()
{
	umount "$work/disk" 2>/dev/null || :
}

mkdir "$work/disk"
mount -t tmpfs -o size=64m memagent-test "$work/disk" 2>/dev/null ||
	skip "a file system of its own cannot be mounted here"
influxd_start "$work/disk/influxdb"
begin_endless run MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=50ms
await_points memagent "agent_send_ns > 0"
dd if=/dev/zero of="$work/disk/filler" bs=1M 2>/dev/null || :
dd if=/dev/zero of="$work/disk/filler2" bs=1k 2>/dev/null || :
wait_until "the full disk is not reported" [ -s "$runs/run.err" ]
sleep 1
rm "$work/disk/filler" "$work/disk/filler2"
# influxd refuses points but keeps them in memory, so check what is stored afterwards.
influxd_stop
influxd_start "$work/disk/influxdb"
now=$(date +%s%N)
await_points memagent "time > $now"
end run
expect_line "disk full" "no space left on device" "the points are kept for a retry"
expect_equal "lines on stderr" 1 "$(wc -l <"$work/err")"
expect_every_point memagent 50000000
