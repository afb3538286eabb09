#!/bin/sh
# The sums over processes include points that are a little late: no bucket is shorter than the data
# source's minimum, which is twice the time between two points.
#
# shellcheck disable=SC2016 # jq's and Grafana's variables
. "$(dirname "$0")/../e2e/lib/influx.sh"

command -v jq >/dev/null || skip "jq is not installed"
influxd_start "$work/influxdb"
influxd_query '' 'CREATE DATABASE memagent' >/dev/null
least_ms=$(sed -n 's/^ *timeInterval: \([0-9]*\)s$/\1000/p' "$root/grafana/provisioning/datasources/memagent.yaml")

# Points of four processes for five minutes, up to 0.4 s late; each holds 1000 bytes.
from=1700000000
awk -v from=$from 'BEGIN {
	for (process = 1; process <= 4; process++)
		for (t = 0; t < 300; t++)
			printf "memagent,host=h,service=s,pid=%d heap_alloc_bytes=1000i %.0f000000\n", process,
			    (from + t) * 1000 + process * 200 + t * 37 * process % 400
}' >"$work/points"
curl -s -f -X POST --data-binary "@$work/points" "$INFLUXD_URL/write?db=memagent" || fail "InfluxDB did not accept the points"

# sums DASHBOARD TITLE INTERVAL_MS: print the distinct values of the panel's buckets.
sums()
{
	jq -r -L "$root/tests/grafana/lib" --arg title "$2" --argjson from $from --argjson ms "$3" 'include "substitute"; flat |
		.panels[] | select(.title == $title) | .targets[0].query |
		substituted(($from + 10) * 1000; ($from + 290) * 1000; $ms; {host: "all", service: "all", pid: "all"})' \
		"$root/grafana/dashboards/$1.json" >"$work/query"
	influxd_query memagent "$(cat "$work/query")" >"$work/answer" || fail "the query: $(cat "$work/answer")"
	jq -c '[.results[0].series[0].values[][1]] | unique' "$work/answer"
}

for panel in "Live bytes of each service" "Live bytes on each host" "Services by live bytes"; do
	expect_equal "$panel" '[4000]' "$(sums fleet "$panel" "$least_ms")"
done
expect_equal "Live bytes" '[4000]' "$(sums memagent "Live bytes" "$least_ms")"

# This can fail: some buckets as long as the time between two points lack a process.
expect_equal "Live bytes each second" '[3000,4000]' "$(sums memagent "Live bytes" 1000)"
