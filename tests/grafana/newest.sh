#!/bin/sh
# Stats and bars show the present, also 0.3 s into a second of the clock: no process is missing
# because its points are not there yet, and none that has ended is shown.
#
# shellcheck disable=SC2016 # jq's and Grafana's variables
. "$(dirname "$0")/../e2e/lib/influx.sh"

command -v jq >/dev/null || skip "jq is not installed"
influxd_start "$work/influxdb"
influxd_query '' 'CREATE DATABASE memagent' >/dev/null

# One point a second of each: two processes make 100 objects of 50 bytes a second and free 40, one held
# more than both and ended after 60 s, and one was restarted after 40 s.
from=1700000000
awk -v from=$from '
function point(service, pid, t, age, made, held) {
	printf "memagent,host=%s,service=%s,pid=%d mallocs=%di,frees=%di,heap_objects=%di,total_alloc_bytes=%di,total_freed_bytes=%di,heap_alloc_bytes=%di,rss_bytes=%di %d%03d000000\n",
	    pid < 3 ? "a" : "b", service, pid, held + made * age, made * age * 0.4, held + made * age * 0.6, 50 * (held + made * age),
	    50 * made * age * 0.4, 50 * (held + made * age * 0.6), 4096 * pid, from + t, pid * 240
}
BEGIN {
	for (t = 0; t < 100; t++) {
		point("shop", 1, t, t, 100, 0)
		point("shop", 2, t, t, 100, 0)
		if (t < 60)
			point("ended", 3, t, t, 10, 100000)
		point("anew", 4, t, t < 40 ? t : t - 40, t < 40 ? 100000 : 100, 0)
	}
}' >"$work/points"
curl -s -f -X POST --data-binary "@$work/points" "$INFLUXD_URL/write?db=memagent" || fail "InfluxDB did not accept the points"

# newest DASHBOARD TITLE SERVICE TO_MS INTERVAL_MS CHANGE: print what the panel's reducer shows, {SERIES:
# VALUE}.  jq's CHANGE changes the query.
newest()
{
	jq -r -L "$root/tests/grafana/lib" --arg title "$2" --arg service "$3" --argjson from $from --argjson to "$4" --argjson ms "$5" \
		'include "substitute"; flat | .panels[] | select(.title == $title) | select(.options.reduceOptions.calcs == ["last"]) |
		.targets[0].query | '"${6:-.}"' |
		substituted($from * 1000; $to; $ms; {host: "all", service: (if $service == "" then "all" else [$service] end), pid: "all"})' \
		"$root/grafana/dashboards/$1.json" >"$work/query"
	influxd_query memagent "$(cat "$work/query")" >"$work/answer" || fail "the query: $(cat "$work/answer")"
	jq -c '[.results[0].series[]? | {key: (.tags // {} | to_entries | map(.value) | join(" ")), value: .values[-1][1]}] | from_entries' "$work/answer"
}

# In the last 1, 5 and 15 s, wherever the clock's seconds start.
for at in 90300 90750 95001; do
	for ms in 1000 5000 15000; do
		to=$((from * 1000 + at))
		when="at $at every $ms"
		expect_equal "processes $when" '{"":2}' "$(newest memagent Processes shop $to $ms)"
		expect_equal "objects made per second $when" '{"":200}' "$(newest memagent "Objects made" shop $to $ms)"
		expect_equal "growth $when" '{"":360000}' "$(newest memagent "Growth per minute" shop $to $ms)"
		# The last value of each: one has points at 0.24 s of each second, the other at 0.48 s.
		first=$(((at - 240) / 1000))
		first=$((first * 60))
		second=$(((at - 480) / 1000))
		second=$((second * 60))
		expect_equal "live objects $when" "{\"\":$((first + second))}" "$(newest memagent "Live objects" shop $to $ms)"
		expect_equal "live bytes $when" "{\"\":$(((first + second) * 50))}" "$(newest memagent "Live bytes" shop $to $ms)"
		anew=$((((at - 960) / 1000 - 40) * 60 * 50))
		expect_equal "live bytes of services $when" "{\"anew\":$anew,\"ended\":null,\"shop\":$(((first + second) * 50))}" \
			"$(newest fleet "Services by live bytes" '' $to $ms)"
		expect_equal "live bytes of hosts $when" "{\"a\":$(((first + second) * 50)),\"b\":$anew}" \
			"$(newest fleet "Hosts by live bytes" '' $to $ms)"
		expect_equal "growth of services $when" '{"anew":180000,"ended":null,"shop":360000}' \
			"$(newest fleet "Services by growth per minute" '' $to $ms)"
		expect_equal "growth of hosts $when" '{"a":360000,"b":180000}' \
			"$(newest fleet "Hosts by growth per minute" '' $to $ms)"
	done
done

# The restarted one: its live bytes fell once, at the restart, and no growth is shown there.
to=$(((from + 90) * 1000 + 300))
newest fleet "Services by growth per minute" anew $to 1000 >/dev/null
expect_equal "growth of the one that began anew" '[true,180000,180000000]' \
	"$(jq -c '[.results[0].series[0].values[][1] | select(. != null)] | unique | map(if . < 0 then true else . end)' "$work/answer")"
newest memagent "Processes" ended $to 1000 >/dev/null
expect_equal "how many have ended" '[0,1]' "$(jq -c '[.results[0].series[0].values[][1]] | unique' "$work/answer")"

# This can fail: of the clock's buckets the last one has just begun.
on_the_clock='gsub(", [$]{__to}ms[)]"; ")")'
to=$(((from + 90) * 1000 + 300))
expect_equal "live objects on the clock" '{"":5400}' "$(newest memagent "Live objects" shop $to 5000 "$on_the_clock")"
expect_equal "processes on the clock" '{"":1}' "$(newest memagent Processes shop $to 5000 "$on_the_clock")"
expect_equal "growth on the clock" '{"":180000}' "$(newest memagent "Growth per minute" shop $to 5000 "$on_the_clock")"
