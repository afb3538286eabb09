#!/bin/sh
# Graphs draw ten lines: the ten largest processes that run before any that has ended, also where all
# have the same number, as in containers; on the fleet's dashboard the ten services and hosts that are
# largest or grew most.  The flame graph is of a process that had a snapshot lately.
#
# shellcheck disable=SC2016 # jq's and Grafana's variables
. "$(dirname "$0")/../e2e/lib/influx.sh"

command -v jq >/dev/null || skip "jq is not installed"
lib=$root/tests/grafana/lib
influxd_start "$work/influxdb"
influxd_query '' 'CREATE DATABASE memagent' >/dev/null

# An hour of points, two a minute.  In 30 containers each process has the number 7: in the first 12 it
# held most and ended 40 minutes ago; the others run.
from=1700000000
to=$((from + 3600))
awk -v from=$from 'BEGIN {
	for (t = 0; t < 3600; t += 30)
		for (n = 1; n <= 30; n++)
			if (n > 12 || t < 1200)
				printf "memagent,host=c%02d,service=s,pid=7 mallocs=%di,heap_alloc_bytes=%di,sites_live_bytes=%di %d000000000\n",
				    n, t, (n > 12 ? 1000 : 1000000) * n, n, from + t
	for (t = 0; t < 3600; t += 30) {
		if (t < 1200)
			printf "memagent,host=m,service=t,pid=1 mallocs=%di,heap_alloc_bytes=9000000i,sites_live_bytes=9000000i %d000000000\n", t, from + t
		printf "memagent,host=m,service=t,pid=2 mallocs=%di,heap_alloc_bytes=2000i,sites_live_bytes=2000i %d000000000\n", t, from + t
	}
}' >"$work/points"
curl -s -f -X POST --data-binary "@$work/points" "$INFLUXD_URL/write?db=memagent" || fail "InfluxDB did not accept the points"

# ask JQ CHOSEN [CHANGE]: ask the queries that JQ finds in $dashboard, for the values CHOSEN of the
# variables.  jq's CHANGE changes each query.
dashboard=memagent
ask()
{
	jq -r -L "$lib" --argjson from $from --argjson to $to --argjson chosen "$2" 'include "substitute"; flat | '"$1"' | '"${3:-.}"' |
		substituted($from * 1000; $to * 1000; 10000; {host: "all", service: "all", pid: "all"} + $chosen)' \
		"$root/grafana/dashboards/$dashboard.json" >"$work/query"
	influxd_query memagent "$(cat "$work/query")" >"$work/answer" || fail "the query: $(cat "$work/answer")"
}

# choose NAME [SERVICE [CHANGE]]: print the values of the variable.
choose()
{
	ask ".templating.list[] | select(.name == \"$1\").query" "{${2:+\"service\": [\"$2\"]}}" "${3-}"
	jq -c -L "$lib" 'include "substitute"; variable_values' "$work/answer"
}

ten='["c21","c22","c23","c24","c25","c26","c27","c28","c29","c30"]'
expect_equal "hosts of the largest" "$ten" "$(choose drawn_on s)"
expect_equal "numbers of the largest" '["7"]' "$(choose largest s)"
ask '.panels[] | select(.title == "Live bytes of each process").targets[0].query' "{\"service\": [\"s\"], \"largest\": [\"7\"], \"drawn_on\": $ten}"
expect_equal "lines" "$ten" "$(jq -c '[.results[0].series[].tags.host]' "$work/answer")"
# There is room for those that have ended.
expect_equal "both" '["1","2"]' "$(choose largest t)"
expect_equal "the process with a flame graph" '["2"]' "$(choose flame t)"

# This can fail.
expect_equal "all alike" '["c03","c04","c05","c06","c07","c08","c09","c10","c11","c12"]' \
	"$(choose drawn_on s 'sub(" \\+ 1000000000000000000"; "")')"
expect_equal "a flame graph of any time" '["1"]' "$(choose flame t 'gsub(" - 15m"; " - 60m")')"

# ---- the fleet ----

# Of 15 services, each on a host of its own, the first five are small, and the last five do not grow.
influxd_query memagent 'DROP MEASUREMENT memagent' >/dev/null
awk -v from=$from 'BEGIN {
	for (t = 0; t < 3600; t += 30)
		for (n = 1; n <= 15; n++)
			printf "memagent,host=h%02d,service=s%02d,pid=%d mallocs=%di,heap_alloc_bytes=%di %d000000000\n", n, n, n, t,
			    n * 1000000 + (n > 10 ? 0 : t), from + t
}' >"$work/points"
curl -s -f -X POST --data-binary "@$work/points" "$INFLUXD_URL/write?db=memagent" || fail "InfluxDB did not accept the points"

dashboard=fleet
for tag in service host; do
	first=$(echo $tag | cut -c 1)
	large=$(seq -f "$first%02.0f" 6 15 | jq -Rn '[inputs]' | tr -d ' \n')
	rising=$(seq -f "$first%02.0f" 1 10 | jq -Rn '[inputs]' | tr -d ' \n')
	expect_equal "the largest ${tag}s" "$large" "$(choose large_${tag}s)"
	expect_equal "the ${tag}s that grew most" "$rising" "$(choose rising_${tag}s)"
	ask ".panels[] | select(.title | test(\"^Growth per minute o.* each $tag\")).targets[0].query" "{\"rising_${tag}s\": $rising}"
	expect_equal "lines for each $tag" "$rising" "$(jq -c "[.results[0].series[].tags.$tag]" "$work/answer")"
done
