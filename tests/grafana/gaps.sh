#!/bin/sh
# waits
# The allocator's own statistics are taken every ten seconds by default.  The graphs join points
# that far apart, as a program with three of them shows.  (That they join nothing much longer is one
# of the rules.)
#
# shellcheck disable=SC2016 # jq's and Grafana's variables
. "$(dirname "$0")/../e2e/lib/influx.sh"

command -v jq >/dev/null || skip "jq is not installed"
influxd_start "$work/influxdb"
from=$(($(date +%s) * 1000 - 1000))
begin_endless patient MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_SERVICE=patient
sleep 22
end patient
to=$(date +%s%3N)

# The graphs' queries of allocator fields, with the gap that each joins and the times of its values.
jq -c -L "$root/tests/grafana/lib" --argjson from "$from" --argjson to "$to" 'include "substitute";
	[flat | .panels[] | select(.type == "timeseries") | . as $panel | .targets[]
		| select(.query | test("heap_(sys|inuse|idle)_bytes")) | .refId as $ref
		| {name: "\($panel.title) \(.refId)",
			joined_ms: ([$panel.fieldConfig.overrides[] | select(.matcher == {id: "byFrameRefID", options: $ref}).properties[]
				| select(.id == "custom.spanNulls").value][0] // $panel.fieldConfig.defaults.custom.spanNulls),
			query: (.query | substituted($from; $to; 1000; {host: "all", service: "all", pid: "all"}))}]' \
	"$root/grafana/dashboards/memagent.json" >"$work/asked"
influxd_query memagent "$(jq -r 'map(.query) | join(";\n")' "$work/asked")" >"$work/answers" || fail "$(cat "$work/answers")"

# holes MOST: print the queries with a gap that is not joined.  MOST, unless null, replaces the gap that
# they join.
# Grafana joins shorter gaps.
holes()
{
	jq -rs --argjson most "$1" '.[0] as $asked | .[1].results as $answers | range($asked | length) as $i
		| [$answers[$i].series[0].values[] | select(.[1] != null)[0] / 1e6] as $times
		| ([range(1; $times | length) | $times[.] - $times[. - 1]] | max // 1e9) as $hole
		| select($hole >= ($most // $asked[$i].joined_ms)) | "\($asked[$i].name): \($hole) ms"' "$work/asked" "$work/answers"
}
expect_equal "graphs of what the allocator tells" 4 "$(jq length "$work/asked")"
expect_equal "holes" '' "$(holes null)"

# This can fail: the gap that other series join is too short for these.
expect_equal "holes of the others' three seconds" 4 "$(holes 3000 | wc -l)"
