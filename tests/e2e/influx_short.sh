#!/bin/sh
# A program that ends long before its first interval has a last point, and waits for it no longer
# than the exit timeout.
. "$(dirname "$0")/lib/influx.sh"

now_ms()
{
	echo $(($(date +%s%N) / 1000000))
}

influxd_start "$work/influxdb"
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=1h "$scripted"
expect_silence "all is well"
expect_exact memagent
expect_equal points 1 "$(count_points memagent memagent)"
for round in 1 2 3 4 5 6 7 8 9; do
	run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=1h "$scripted"
	expect_silence "round $round"
	expect_exact memagent
done
expect_equal "points of ten runs" 10 "$(count_points memagent memagent)"

# A server that accepts the connection and never answers.
kill -STOP "$INFLUXD_PID"
# kill returns before the threads have stopped.
has_stopped()
{
	! grep -L '^State:[[:space:]]*T' "/proc/$INFLUXD_PID/task"/*/status 2>/dev/null | grep -q .
}

wait_until "influxd does not stop" has_stopped
begin=$(now_ms)
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_EXIT_TIMEOUT=2s "$scripted" -x 13
passed=$(($(now_ms) - begin))
kill -CONT "$INFLUXD_PID"
expect_equal "exit status" 13 "$status"
[ $passed -ge 1500 ] || fail "waited $passed ms of 2000 for a server that hangs"
[ $passed -lt 8000 ] || fail "waited $passed ms for a server that hangs, 2000 are allowed"
expect_line "a server that hangs" "lost"
