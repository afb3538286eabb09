#!/bin/sh
# udp://HOST:PORT: influxd's UDP listener gets every point, even one longer than a datagram may be.
# Datagrams hold whole lines and at most 1,400 bytes.  If nobody listens or the host is unknown, a
# line says so.
. "$(dirname "$0")/lib/influx.sh"

command -v python3 >/dev/null || skip "python3 is not installed"
udp=127.0.0.1:$(influxd_random_port)
influxd_start "$work/influxdb" INFLUXDB_UDP_0_ENABLED=true INFLUXDB_UDP_0_BIND_ADDRESS="$udp" \
	INFLUXDB_UDP_0_DATABASE=memagent INFLUXDB_UDP_0_BATCH_TIMEOUT=50ms
influxd_query '' 'CREATE DATABASE memagent' >/dev/null
tags=a=$(printf '%0120d' 0),b=$(printf '%0120d' 0)
run_bare "$scripted" -w 300 -x 7
run_metered MEMAGENT_URL="udp://$udp" MEMAGENT_INTERVAL=50ms MEMAGENT_TAGS="$tags" "$scripted" -w 300 -x 7
expect_unchanged "influxd's listener"
expect_silence "influxd's listener"
# influxd stores batches; the event is stored before the last point, which has several lines.
await_rows memagent "SELECT event FROM memagent_event WHERE event = 'exit'"
exit=$(influxd_query memagent "SELECT event FROM memagent_event WHERE event = 'exit'" |
	jq '.results[0].series[0].values[0][0]')
await_points memagent "time > $exit"
await_rows memagent "SELECT agent_coverage FROM memagent WHERE time > $exit"
expect_every_point memagent 50000000

# A call site whose stack does not fit beside its figures is in several lines.
long=$(printf '%0220d' 0)
LD_PRELOAD=$build/tests/often/libmemagent.so MEMAGENT_URL="udp://$udp" MEMAGENT_TAGS="a=$long,b=$long,c=$long,d=$long" \
	"$build/tests/alloc/shares" "$work/truth"
await_rows memagent "SELECT stack FROM memagent_site WHERE stack =~ /;site_[0-9]*$/ AND frames =~ /shares@/ AND live_objects > 0"

python3 "$root/tests/e2e/lib/udp.py" "$work/port" "$work/datagrams" &
children="$children $!"
wait_until "the receiver did not start" [ -e "$work/port" ]
# Points of many lengths, so that some lines just fit and some just do not.
for length in 10 50 90 130 170 210 250; do
	run_metered MEMAGENT_URL="udp://localhost:$(cat "$work/port")" MEMAGENT_INTERVAL=20ms \
		MEMAGENT_TAGS="a=$(printf "%0${length}d" 0),b=$(printf "%0${length}d" 0)" "$scripted" -w 200
	expect_silence "a receiver"
done
[ "$(wc -l <"$work/datagrams")" -ge 40 ] || fail "$(wc -l <"$work/datagrams") datagrams of 1400 ms at 20ms"
grep -q ' cut' "$work/datagrams" && fail "a datagram has half a line"
longest=$(sort -rn "$work/datagrams" | head -n 1 | cut -d ' ' -f 1)
[ "$longest" -le 1400 ] || fail "a datagram of $longest bytes"
[ "$longest" -ge 1300 ] || fail "no datagram has more than $longest bytes"

# Tags that make some lines of a point too long, and tags that make all too long.
for length in 246 250; do
	tags=
	for key in a b c d e; do
		tags=$tags,$key=$(printf "%0${length}d" 0)
	done
	run_metered MEMAGENT_URL="udp://localhost:$(cat "$work/port")" MEMAGENT_INTERVAL=20ms \
		MEMAGENT_TAGS="${tags#,}" "$scripted" -w 200
	expect_line "tags of $length bytes" "MEMAGENT_TAGS: the tags leave too little room" "UDP datagram" "that do not fit are dropped"
done
# A file that was written for HTTP, with lines of any length.
{
	echo "memagent,a=1 b=1i 1"
	echo "memagent,a=$(printf '%01400d' 0) b=1i 2"
} >"$work/long"
! MEMAGENT_URL="udp://localhost:$(cat "$work/port")" "$build/memagent-send" --remove "$work/long" >"$work/sent" 2>&1 ||
	fail "memagent-send claims to have sent it all: $(cat "$work/sent")"
grep -q '1 of 2 points are too long for a datagram' "$work/sent" || fail "memagent-send said $(cat "$work/sent")"
[ -e "$work/long" ] || fail "memagent-send has removed what it did not send"
longest=$(sort -rn "$work/datagrams" | head -n 1 | cut -d ' ' -f 1)
[ "$longest" -le 1400 ] || fail "a datagram of $longest bytes"

influxd_stop
run_bare "$scripted" -w 300 -x 7
run_metered MEMAGENT_URL="udp://$udp" MEMAGENT_INTERVAL=50ms "$scripted" -w 300 -x 7
expect_unchanged "nobody listens"
expect_line "nobody listens" "udp://$udp: Connection refused" "the points are kept for a retry"
# A name that does not exist (RFC 2606).  It might exist later, so the points are kept.
run_metered MEMAGENT_URL=udp://memagent.invalid:8089 MEMAGENT_INTERVAL=50ms "$scripted" -w 300 -x 7
expect_unchanged "no such host"
expect_line "no such host" "udp://memagent.invalid:8089: " "the points are kept for a retry"
