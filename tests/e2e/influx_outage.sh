#!/bin/sh
# limit: 300
# waits
# After an outage of two minutes at an interval of 250 ms every point is stored once.  The same
# holds for an influxd that is killed fifty times while points arrive every 20 ms, and then paused
# for longer than the timeout. memagent-send gives up meanwhile and keeps its file.
. "$(dirname "$0")/lib/influx.sh"
. "$root/tests/e2e/lib/kills.sh"

now_s()
{
	date +%s
}

influxd_start "$work/away"
away=$INFLUXD_URL
begin_endless waiting MEMAGENT_URL="$away" MEMAGENT_INTERVAL=250ms
await_points memagent "agent_send_ns > 0"
influxd_stop
stopped=$(now_s)
echo 'memagent,pid=1 mallocs=1i 1700000000000000000' >"$work/file"
MEMAGENT_URL="$away" "$build/memagent-send" --remove "$work/file" >"$work/sent" 2>&1 &
sender=$!

influxd_start "$work/killed"
begin_endless hit MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=20ms
kill_influxd 50 "$work/killed"
# The agent waits 15 s.
now=$(date +%s%N)
await_points memagent "time > $now"
kill -STOP "$INFLUXD_PID"
sleep 16
kill -CONT "$INFLUXD_PID"
now=$(date +%s%N)
await_points memagent "time > $now"
end hit
expect_every_point memagent 20000000
# One line a minute.
grep -q 'cannot deliver: .*; the points are kept for a retry$' "$work/err" || fail "fifty kills: none is reported"
! grep -v 'cannot deliver: .*; the points are kept for a retry$' "$work/err" || fail "fifty kills: it reports something else"
influxd_stop

! wait $sender || fail "memagent-send claims success without a server: $(cat "$work/sent")"
[ -f "$work/file" ] || fail "memagent-send has removed what it could not send"
grep -q 'not delivered' "$work/sent" || fail "memagent-send said $(cat "$work/sent")"

while [ $(($(now_s) - stopped)) -lt 120 ]; do
	sleep 1
done
influxd_start "$work/away"
expect_equal URL "$away" "$INFLUXD_URL"
# The agent notices that the server is back, and sends the oldest points first.
back=$(date +%s%N)
await_points memagent "time > $back"
end waiting
expect_every_point memagent 250000000
expect_equal "lines on two minutes" 1 "$(wc -l <"$work/err")"
[ "$(cat "$work/points")" -ge 480 ] || fail "$(cat "$work/points") points of more than two minutes at 250ms"
