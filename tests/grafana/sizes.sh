#!/bin/sh
# The heatmaps of sizes.  For one process, a gap is neither a fall to 0 nor a jump back, and neither
# is the next process with the same pid.  For all processes, none hides another's sizes.
#
# shellcheck disable=SC2016 # jq's and Grafana's variables
. "$(dirname "$0")/../e2e/lib/influx.sh"

command -v jq >/dev/null || skip "jq is not installed"
influxd_start "$work/influxdb"
influxd_query '' 'CREATE DATABASE memagent' >/dev/null

# One point a second from ${from} s on: three objects of 64 bytes in each after the twentieth, none sent
# from 32 to 48, a large object at 55; from 70 on another process with the same pid.
from=1700000000
awk -v from=$from 'BEGIN {
	for (t = 0; t < 90; t++) {
		if (t > 32 && t < 48)
			continue
		age = t < 70 ? t : t - 70
		small = age <= 20 ? 0 : 3 * (age - 20)
		printf "memagent,host=h,service=s,pid=1 mallocs=%di,sizes_le_16=%di", 1000 + age * 10, 1000 + age * 10
		if (small)
			printf ",sizes_le_64=%di", small
		if (age >= 55)
			printf ",sizes_le_1073741824=1i"
		printf " %d000000000\n", from + t
	}
}' >"$work/points"
curl -s -f -X POST --data-binary "@$work/points" "$INFLUXD_URL/write?db=memagent" || fail "InfluxDB did not accept the points"

# ask TITLE CHANGE: print the heatmap's rows by name, every 5 s.  jq's CHANGE changes the query.
ask()
{
	jq -r -L "$root/tests/grafana/lib" --arg title "$1" --argjson from $from 'include "substitute"; flat | .panels[] | select(.title == $title) |
		[.targets[].query | '"$2"' | substituted($from * 1000; ($from + 90) * 1000; 5000; {host: "all", service: "all", pid: "all"})] |
		join("; ")' "$root/grafana/dashboards/memagent.json" >"$work/query"
	influxd_query memagent "$(cat "$work/query")" >"$work/answer" || fail "the query: $(cat "$work/answer")"
	# One query has all sizes as columns, or each size has a query.
	jq -c --argjson from $from '[.results[].series[0] | values | .columns as $c | .values[] | [$c, .] | transpose |
		map({key: .[0], value: .[1]}) | from_entries | .time = .time / 1e9 - $from] | group_by(.time) | map(add)' "$work/answer"
}

# of ROWS NAME: print [second, objects in its five seconds], without zeros.
of()
{
	echo "$1" | jq -c --arg name "$2" '[.[] | select((.[$name] // 0) > 0) | [.time, (.[$name] * 5 | round)]]'
}

of_process='Requested sizes, process $pid'
rows=$(ask "$of_process" .)
expect_equal "rows" 32 "$(echo "$rows" | jq '.[0] | length - 1')"
# The objects made in the gap are spread over it.
expect_equal "64 bytes" '[[25,15],[30,9],[45,17],[50,15],[55,15],[60,15],[65,15]]' "$(of "$rows" '≤ 64 B')"
expect_equal "1 GiB" '[]' "$(of "$rows" '≤ 1 GiB')"
most=$(of "$rows" '≤ 16 B' | jq 'map(.[1]) | max')
# 170 in the 15 s since the bucket before the gap.
expect_equal "most of 16 bytes" 57 "$most"

# ---- of all processes ----

# The first one's rows are as before, except for buckets in which a size is new.
expect_equal "64 bytes of all" '[[25,15],[30,9],[45,17],[50,15],[55,15],[60,15],[65,15]]' "$(of "$(ask "Requested sizes" .)" '≤ 64 B')"

# Two more processes, each later than the other, with one object of 4 KiB a second each.
awk -v from=$from 'BEGIN {
	for (pid = 2; pid <= 3; pid++)
		for (t = 10 * pid; t < 90; t++) {
			printf "memagent,host=h,service=s,pid=%d mallocs=%di", pid, 1000 + t
			if (t >= 20 * pid)
				printf ",sizes_le_4096=%di", t - 20 * pid + 1
			printf " %d000000000\n", from + t
		}
}' >"$work/points"
curl -s -f -X POST --data-binary "@$work/points" "$INFLUXD_URL/write?db=memagent" || fail "InfluxDB did not accept the points"
rows=$(ask "Requested sizes" .)
expect_equal "4 KiB of all" '[[45,5],[50,5],[55,5],[60,5],[65,10],[70,10],[75,10],[80,10],[85,10]]' "$(of "$rows" '≤ 4 KiB')"
expect_equal "64 bytes beside others" '[[25,15],[30,9],[45,17],[50,15],[55,15],[60,15],[65,15]]' "$(of "$rows" '≤ 64 B')"
# This can fail: the query of one process without the choice of the process.
[ "$(of "$(ask "$of_process" 'sub(", \"host\", \"service\", \"pid\" fill\\(null"; " fill(null")')" '≤ 4 KiB')" != "$(of "$rows" '≤ 4 KiB')" ] ||
	fail "mixing processes up makes no difference"
