#!/bin/sh
# MEMAGENT_SPOOL holds 64 backlogs of a destination, in any number of files.  Beyond that the oldest
# are dropped, and a line says so.
. "$(dirname "$0")/lib/influx.sh"

spool=$work/spool
mkdir "$spool"
influxd_start "$work/influxdb"
influxd_stop
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=50ms MEMAGENT_SPOOL="$spool" MEMAGENT_BUFFER=64KiB "$scripted" -w 200
set -- "$spool"/memagent-*.lp
first=$1
# memagent-HASH-, then the time in 20 digits.
base=${first%????????????????????-*.lp}
n=10
while [ $n -lt 99 ]; do
	: >"${base}000000000000000000$n-1.lp"
	n=$((n + 1))
done
# Two of 64 KiB, and one of 4 MiB less 64 KiB.
truncate -s 64K "${base}00000000000000000010-1.lp" "${base}00000000000000000011-1.lp"
truncate -s 4032K "${base}00000000000000000012-1.lp"
another=$spool/memagent-0123456789abcdef-00000000000000000010-1.lp
touch "$another" "$spool/somebody-else's"
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=50ms MEMAGENT_SPOOL="$spool" MEMAGENT_BUFFER=64KiB "$scripted" -w 200
grep -q 'points are spooled' "$work/err" || fail "said: $(cat "$work/err")"
grep -q 'removing the oldest file' "$work/err" || fail "no line about the removed file: $(cat "$work/err")"
[ -n "$(find "$spool" -name "*-$pid.lp")" ] || fail "its own is missing"
[ -e "$first" ] || fail "the newest before it was removed"
[ ! -e "${base}00000000000000000010-1.lp" ] || fail "the oldest was not removed"
[ ! -e "${base}00000000000000000011-1.lp" ] || fail "the second exists"
[ -e "${base}00000000000000000012-1.lp" ] || fail "the third was not dropped"
[ -e "${base}00000000000000000098-1.lp" ] || fail "a newer one was removed"
[ -e "$another" ] || fail "another destination's file was removed"
[ -e "$spool/somebody-else's" ] || fail "a file that is not the spool's was removed"
