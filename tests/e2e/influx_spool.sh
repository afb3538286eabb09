#!/bin/sh
# MEMAGENT_SPOOL: what could not be delivered by the end is kept in a file for the owner only.
# memagent-send delivers it, and so does the next process with the same destination.
. "$(dirname "$0")/lib/influx.sh"

spool=$work/spool
mkdir "$spool"

# kept WHAT: run without a server; one file is left.
kept()
{
	run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=20ms MEMAGENT_SPOOL="$spool" "$scripted" -w 300
	pid=$(cat "$work/pid")
	set -- "$1" "$spool"/memagent-*.lp
	[ $# -eq 2 ] || fail "$1: more than one file in the spool"
	[ -f "$2" ] || fail "$1: nothing in the spool"
	expect_equal "$1: mode" 600 "$(stat -c %a "$2")"
	grep -q "points are spooled in $spool" "$work/err" || fail "$1: not a word of the spool: $(cat "$work/err")"
	file=$2
	points=$(grep -c '^memagent,' "$file")
	[ "$points" -ge 5 ] || fail "$1: $points points of 300 ms at 20ms"
}

influxd_start "$work/influxdb"
influxd_stop

kept "for memagent-send"
influxd_start "$work/influxdb"
MEMAGENT_URL="$INFLUXD_URL" timeout -s KILL 60 "$build/memagent-send" --remove "$file" >"$work/sent"
grep -q 'points delivered$' "$work/sent" || fail "memagent-send said: $(cat "$work/sent")"
[ ! -e "$file" ] || fail "memagent-send --remove has left the file"
expect_exact memagent
expect_equal "points sent" "$points" "$(count_points memagent memagent)"

influxd_stop
before=$points
kept "for the next process"
influxd_start "$work/influxdb"
first=$pid
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=20ms MEMAGENT_SPOOL="$spool" "$scripted" -w 1500
expect_silence "the next process"
[ ! -e "$file" ] || fail "the next process has left the file"
arrived=$(influxd_query memagent "SELECT count(mallocs) FROM memagent WHERE pid = '$first'" |
	jq -r '.results[0].series[0].values[0][1] // 0')
expect_equal "points of the process before" "$points" "$arrived"
[ "$(count_points memagent memagent)" -gt $((before + points)) ] || fail "no points of its own"
