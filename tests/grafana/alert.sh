#!/bin/sh
# The alert rule fires for processes whose live bytes grow for half an hour, and for no others: its query is
# asked of a real InfluxDB with 40 minutes of points, its conditions are worked out as Grafana does.
#
# shellcheck disable=SC2016 # jq's and Grafana's variables
. "$(dirname "$0")/../e2e/lib/influx.sh"

rule=$root/grafana/provisioning/alerting/memagent.yaml
command -v jq >/dev/null || skip "there is no jq"
python3 -c 'import yaml' 2>/dev/null || skip "there is no python3 with yaml"

influxd_start "$work/influxdb"
influxd_query '' 'CREATE DATABASE memagent' >/dev/null
now=$(date +%s)

# A point every 30 s of each: what it holds after ${t} seconds.
awk -v now="$now" 'BEGIN {
	for (t = 0; t < 2400; t += 30) {
		held["leak"] = 1e6 + 10 * t
		held["leak-below-a-saw"] = 1e6 + 100 * t + t % 240 * 20000
		held["level"] = 1e6
		held["cache"] = 1e6 + 10000 * (t < 900 ? t : 900)
		held["saw"] = 1e6 + t % 240 * 20000
		held["leak-that-stopped"] = 1e6 + 10000 * (t < 1800 ? t : 1800)
		held["sinks"] = 1e8 - 10000 * t
		if (t >= 1800)
			held["young"] = 1e6 + 10000 * t
		for (name in held)
			printf "memagent,host=h,service=%s,pid=1 heap_alloc_bytes=%di %d000000000\n", name, held[name],
			    now - 2400 + t
	}
}' >"$work/points"
curl -s -f -X POST --data-binary "@$work/points" "$INFLUXD_URL/write?db=memagent" || fail "the points were not taken"

# firing RULE: the services that it fires for.
firing()
{
	python3 -c 'import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)' "$1" >"$work/rule"
	jq -r --argjson now "$now" '.groups[0].rules[0].data[0] |
		.relativeTimeRange as $range | .model.query | gsub("\\$\\$"; "$") |
		split("$timeFilter") | join("time >= \($now - $range.from)s and time <= \($now - $range.to)s")' \
		"$work/rule" >"$work/query"
	influxd_query memagent "$(cat "$work/query")" >"$work/answer" || fail "the query: $(cat "$work/answer")"
	# The rule in words of jq; a change of its conditions has to be made here too.
	expect_equal "conditions" '["reduce A min","reduce A count","math $$B > 0 && $$D >= 5"]' "$(jq -c \
		'.groups[0].rules[0].data[1:] | map(.model | "\(.type) \(.expression)\(if .reducer then " " + .reducer else "" end)")' \
		"$work/rule")"
	jq -r '.results[0].series[] | [.values[][1]] as $a |
		select(($a | min) > 0 and ($a | length) >= 5) | .tags.service' "$work/answer"
}

expect_equal "fires for" "leak
leak-below-a-saw" "$(firing "$rule")"
jq -e '.groups[0].rules[0] | .condition == "C" and all(.data[]; .refId == .model.refId) and
	(.data | map(.refId) | sort) == ["A", "B", "C", "D"]' "$work/rule" >/dev/null || fail "the parts do not fit together"
panel=$(jq -r '.groups[0].rules[0].annotations.__panelId__' "$work/rule")
expect_equal "the panel that it links to" "Live bytes of each process" \
	"$(jq -r --argjson id "$panel" '.panels[] | select(.id == $id).title' "$root/grafana/dashboards/memagent.json")"

# That this can fail: a mean does not see the leak below the saw.
sed 's/min("heap_alloc_bytes")/mean("heap_alloc_bytes")/' "$rule" >"$work/broken.yaml"
[ "$(firing "$work/broken.yaml")" != "$(firing "$rule")" ] || fail "the mean instead of the lowest makes no difference"
