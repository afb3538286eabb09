#!/bin/sh
# The dashboards keep to the rules of lib/rules.jq, and name no field that the tables do not declare.
# That each rule can fail is tried on broken copies.
#
# shellcheck disable=SC2016,SC2086 # jq's and Grafana's variables; words
set -eu

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "${BUILD:-$root/build}" && pwd)
dashboards=$root/grafana/dashboards

fail()
{
	echo "$(basename "$0"): $*" >&2
	exit 1
}

command -v jq >/dev/null || {
	echo "$(basename "$0"): skipped: there is no jq"
	exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$build/memagent-describe" fields-names >"$work/declared"
[ -s "$work/declared" ] || fail "memagent-describe prints no names"

broken_rules()
{
	jq -r --argjson declared "$(jq -Rs 'split("\n")' "$work/declared")" -f "$here/lib/rules.jq" "$1"
}

for name in memagent fleet; do
	broken_rules "$dashboards/$name.json" >"$work/found"
	[ ! -s "$work/found" ] || fail "$name.json: $(cat "$work/found")"
done

# expect_broken RULE CHANGE: the copy that the change makes of memagent.json breaks the rule.
expect_broken()
{
	jq "$2" "$dashboards/memagent.json" >"$work/broken.json"
	! cmp -s "$work/broken.json" "$dashboards/memagent.json" || fail "nothing changed: $2"
	broken_rules "$work/broken.json" >"$work/found"
	grep -qF -e "$1" "$work/found" ||
		fail "\"$1\" is not found in a copy with $2, but: $(cat "$work/found")"
}

first='([.panels[] | select(.type == "timeseries")][0].id) as $id | (.panels[] | select(.id == $id))'
expect_broken 'has no title' "$first.title = \"\""
expect_broken 'has no description' "del($first.description)"
expect_broken 'has no unit' "del($first.fieldConfig.defaults.unit)"
expect_broken 'does not use ${datasource}' "$first.datasource.uid = \"memagent\""
expect_broken 'A does not use ${datasource}' "$first.targets[0].datasource = null"
expect_broken 'is a graph' "$first.type = \"graph\""
expect_broken 'connects gaps' "$first.fieldConfig.defaults.custom.spanNulls = true"
expect_broken 'asks nothing' "$first.targets = []"
expect_broken 'is not a raw query' "$first.targets[0].rawQuery = false"
expect_broken 'has no $timeFilter' "$first.targets[0].query |= sub(\"[$]timeFilter\"; \"time > 0\")"
expect_broken 'has no $__interval' "$first.targets[0].query |= sub(\"[$]__interval\"; \"1s\")"
expect_broken 'draws the counter mallocs without a derivative' \
	"$first.targets[0].query |= sub(\"last\\\\([^)]*\\\\)\"; \"mean(\\\"mallocs\\\")\")"
expect_broken 'draws the counter sizes_le_64 without a derivative' \
	'(.panels[] | select(.type == "heatmap")).targets[0].query |= sub("non_negative_derivative\\(\"64 B\", 1s\\)"; "max(\"64 B\")")'
expect_broken 'draws the counter mallocs without a derivative' \
	'(.panels[] | select(.type == "heatmap")).targets[0].query |= sub("WHERE \"made\" > 0"; "")'
expect_broken 'names heap_alloc_byte, which no table declares' \
	"$first.targets[0].query |= sub(\"heap_alloc_bytes\"; \"heap_alloc_byte\")"
expect_broken 'has no uid' 'del(.uid)'
expect_broken 'has the old schema' '.schemaVersion = 16'
expect_broken 'has an id twice' '.panels[1].id = .panels[2].id'
expect_broken 'twice' '.panels[1].title = .panels[2].title'
expect_broken 'is wider than the page' '.panels[1].gridPos.w = 25'
expect_broken 'overlap' '.panels[1].gridPos = .panels[2].gridPos'
expect_broken 'has an address in it' '.description = "http://influxdb.example:8086"'
expect_broken 'the first variable is not the data source' 'del(.templating.list[0])'
expect_broken 'takes one value only' '.templating.list[1].multi = false'
expect_broken 'is not asked anew' '.templating.list[2].refresh = 1'
expect_broken 'variable host has not one $timeFilter' '.templating.list[1].query |= sub("[$]timeFilter"; "time > 0")'
expect_broken 'variable pid is not chained to service' \
	'.templating.list[3].query |= sub(" AND \"service\" =~ /\\^[$]service[$]/"; "")'
expect_broken 'variable host names malloc, which' '.templating.list[1].query |= sub("mallocs"; "malloc")'
expect_broken 'there is no variable host' 'del(.templating.list[1])'
expect_broken 'starts and exits are not shown' '.annotations.list = []'
expect_broken 'annotation has not one $timeFilter' '.annotations.list[0].query |= sub("[$]timeFilter"; "time > 0")'
expect_broken 'annotation asks two things' '.annotations.list[0].target.query = ""'

# And that no name of a field is passed over: without the tables all are unknown.
: >"$work/declared"
unknown=$(broken_rules "$dashboards/memagent.json" | grep -c 'no table declares')
[ "$unknown" -gt 50 ] || fail "only $unknown names are looked up"
