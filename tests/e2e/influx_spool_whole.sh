#!/bin/sh
# No incomplete file of MEMAGENT_SPOOL is sent.  A process that is killed while it writes leaves a
# file that nobody reads.  Of a truncated file only the whole lines are sent.  Links and other
# users' files are ignored.
. "$(dirname "$0")/lib/influx.sh"

spool=$work/spool
mkdir "$spool"
influxd_start "$work/influxdb"
influxd_stop

# kept VARIABLE=VALUE...: run without a server
kept()
{
	run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=20ms MEMAGENT_SPOOL="$spool" "$@" "$scripted" -w 400
}

# the_file: the only one there is, as $file
the_file()
{
	set -- "$spool"/memagent-*.lp
	if [ $# -ne 1 ] || [ ! -f "$1" ]; then
		fail "$# files in the spool: $*"
	fi
	file=$1
}

points_of()
{
	influxd_query memagent "SELECT count(mallocs) FROM memagent WHERE pid = '$1'" |
		jq -r '.results[0].series[0].values[0][1] // 0'
}

kept LD_PRELOAD="$build/libmemagent.so $build/tests/preload/lib/libhalf_write.so"
expect_equal "killed: exit status" 137 "$status"
killed=$pid
half=$(find "$spool" -name '.memagent-*.half')
[ -s "$half" ] || fail "no incomplete file was left: $(ls -A "$spool")"
expect_equal "killed: mode" 600 "$(stat -c %a "$half")"
[ -n "$(tail -c 1 "$half")" ] || fail "the write was not cut off in the middle of a line"

kept
cut=$pid
the_file
name=${file##*/}
lines=$(grep -c '^memagent,' "$file")
truncate -s -100 "$file"

# Files that look like the spool's own.
linked=${name%-*}-111.lp
sed "s/pid=$cut/pid=111/" "$file" >"$work/$linked"
ln -s "$work/$linked" "$spool/$linked"
others=${name%-*}-222.lp
sed "s/pid=$cut/pid=222/" "$file" >"$spool/$others"
chown 65534 "$spool/$others" 2>/dev/null || rm "$spool/$others"

influxd_start "$work/influxdb"
begin_endless next MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=20ms MEMAGENT_SPOOL="$spool"
wait_until "the truncated file is not removed" [ ! -e "$file" ]
end next
expect_silence "the next process"
expect_equal "points of the process that was killed" 0 "$(points_of "$killed")"
expect_equal "points of the file that was cut off" $((lines - 1)) "$(points_of "$cut")"
[ -L "$spool/$linked" ] || fail "a link is gone"
[ -f "$work/$linked" ] || fail "the file behind a link is gone"
expect_equal "points behind a link" 0 "$(points_of 111)"
expect_equal "points of somebody else's file" 0 "$(points_of 222)"
[ -e "$half" ] || fail "an incomplete file that may still grow was removed"

# An old incomplete file is removed, and a full disk leaves no file.
rm -f "$spool/$linked" "$spool/$others"
touch -d '2 hours ago' "$half"
influxd_stop
kept
[ ! -e "$half" ] || fail "an incomplete file of two hours ago is not removed"
the_file
rm "$file"
(
	ulimit -f 8
	kept
)
grep -q 'cannot write undelivered points' "$work/err" || fail "a file too large: said $(cat "$work/err")"
[ -z "$(ls -A "$spool")" ] || fail "a file too large: left $(ls -A "$spool")"
