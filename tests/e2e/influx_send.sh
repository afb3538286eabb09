#!/bin/sh
# memagent-send --remove removes only what it has sent.  It keeps a file with an incomplete last
# line and a file that another process has locked.  It loses no point of a file that an agent still
# writes to.
. "$(dirname "$0")/lib/influx.sh"

influxd_start "$work/influxdb"

# sends FILE...: run memagent-send; its status is in $status, its output in $work/sent.
sends()
{
	status=0
	MEMAGENT_URL="$INFLUXD_URL" timeout -s KILL 60 "$build/memagent-send" "$@" >"$work/sent" 2>&1 || status=$?
}

printf 'memagent,pid=1 mallocs=1i 1\nmemagent,pid=1 mallocs=2i' >"$work/half"
sends --remove "$work/half"
expect_equal "half a line: status" 1 "$status"
grep -q 'the last line is incomplete' "$work/sent" || fail "half a line: it said $(cat "$work/sent")"
[ -e "$work/half" ] || fail "half a line: the file is gone"
expect_equal "half a line: points" 1 "$(count_points memagent memagent)"
printf ' 2\n' >>"$work/half"
sends --remove "$work/half"
expect_equal "the other half: status" 0 "$status"
[ ! -e "$work/half" ] || fail "the other half: the file is still there"
expect_equal "the other half: points" 2 "$(count_points memagent memagent)"

# A process was killed in the middle of a line: the next one ends that line, and nothing else is lost.
run_bare "$scripted"
printf 'memagent,pid=1 mallocs=1i 3\nmemagent_event,pid=1 event="ex' >"$work/torn"
run_metered MEMAGENT_URL="file://$work/torn" "$scripted"
expect_unchanged "after half a line"
expect_silence "after half a line"
sends --remove "$work/torn"
expect_equal "after half a line: status" 0 "$status"
grep -q '1 incomplete lines' "$work/sent" || fail "after half a line: it said $(cat "$work/sent")"
expect_equal "after half a line: points" 4 "$(count_points memagent memagent)"
expect_exact memagent

echo 'memagent,pid=1 mallocs=1i 4' >"$work/locked"
is_locked()
{
	! flock -n "$1" true
}

flock "$work/locked" sleep 60 &
children="$children $!"
wait_until "nobody locks the file" is_locked "$work/locked"
sends --remove "$work/locked"
expect_equal "a locked file: status" 1 "$status"
grep -q 'another process holds a lock on it' "$work/sent" || fail "a locked file: it said $(cat "$work/sent")"
[ -e "$work/locked" ] || fail "a locked file: it is gone"

begin_endless writer MEMAGENT_URL="file://$work/points.lp" MEMAGENT_INTERVAL=10ms
for round in 1 2 3 4 5; do
	wait_until "round $round: no more points are written" [ -s "$work/points.lp" ]
	sends --remove "$work/points.lp"
	expect_equal "round $round: status" 0 "$status"
done
end writer
sends --remove "$work/points.lp"
expect_equal "the rest: status" 0 "$status"
expect_every_point memagent 10000000
