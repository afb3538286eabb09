#!/bin/sh
# The files that the agent writes are for the owner only, whatever the umask.  No symbolic link
# makes the agent, or a program with more privileges than its caller, write to another file.
. "$(dirname "$0")/lib/influx.sh"

umask 0
mkdir "$work/spool"
expect_mode()
{
	[ -f "$2" ] || fail "$1: there is none"
	expect_equal "$1: mode" 600 "$(stat -c %a "$2")"
}

run_metered MEMAGENT_URL="file://$work/points" "$scripted"
expect_mode "the file of points" "$work/points"
influxd_start "$work/influxdb"
influxd_stop
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_LOG="$work/log" MEMAGENT_SPOOL="$work/spool" "$scripted" -w 100
expect_silence "with a log"
expect_mode "the log" "$work/log"
[ -s "$work/log" ] || fail "the log is empty"
set -- "$work/spool"/*
expect_equal "files in the spool" 1 $#
expect_mode "the file in the spool" "$1"

echo mine >"$work/target"
ln -s "$work/target" "$work/link"
ln -s "$work/none" "$work/loose"
for link in link loose; do
	run_metered MEMAGENT_URL="file://$work/$link" "$scripted"
	expect_line "points by a $link" "symbolic link"
	run_metered MEMAGENT_URL="file://$work/points" MEMAGENT_LOG="$work/$link" MEMAGENT_TRIM_INTERVAL=nonsense "$scripted"
	grep -q "MEMAGENT_LOG=$work/$link cannot be used" "$work/err" || fail "a log by a $link: $(cat "$work/err")"
done
expect_equal "what the link leads to" mine "$(cat "$work/target")"
[ ! -e "$work/none" ] || fail "it was created through a dangling link"

# A symbolic link with the name of a spool file is neither sent nor removed.
kept=$1
mv "$kept" "$work/outside"
ln -s "$work/outside" "$kept"
influxd_start "$work/influxdb"
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=20ms MEMAGENT_SPOOL="$work/spool" "$scripted" -w 300
expect_silence "a link in the spool"
[ -L "$kept" ] || fail "the link is gone"
expect_equal "processes in the database" "$pid" \
	"$(influxd_query memagent 'SELECT count(mallocs) FROM memagent GROUP BY pid' | jq -r '.results[0].series[].tags.pid')"
