#!/bin/sh
# MEMAGENT_SPOOL holds so many files of a destination; then the oldest go, which is said.
. "$(dirname "$0")/lib/influx.sh"

spool=$work/spool
mkdir "$spool"
influxd_start "$work/influxdb"
influxd_stop
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=50ms MEMAGENT_SPOOL="$spool" "$scripted" -w 200
set -- "$spool"/memagent-*.lp
first=$1
# memagent-HASH-, then the time in 20 digits.
base=${first%????????????????????-*.lp}
n=10
while [ $n -lt 80 ]; do
	cp "$first" "${base}000000000000000000$n-1.lp"
	n=$((n + 1))
done
another=$spool/memagent-0123456789abcdef-00000000000000000010-1.lp
touch "$another" "$spool/somebody-else's"
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=50ms MEMAGENT_SPOOL="$spool" "$scripted" -w 200
grep -q 'points are kept' "$work/err" || fail "said: $(cat "$work/err")"
grep -q 'the oldest goes' "$work/err" || fail "not said that the oldest go: $(cat "$work/err")"
expect_equal "files" 64 "$(find "$spool" -name "${base##*/}*.lp" | wc -l)"
[ -n "$(find "$spool" -name "*-$pid.lp")" ] || fail "its own is not among them"
[ -e "$first" ] || fail "the newest before it is gone"
[ -e "${base}00000000000000000079-1.lp" ] || fail "a newer one is gone"
[ ! -e "${base}00000000000000000017-1.lp" ] || fail "an older one is there"
[ -e "$another" ] || fail "another destination's file is gone"
[ -e "$spool/somebody-else's" ] || fail "a file that is none of the spool's is gone"
