#!/bin/sh
# limit: 300
# The dashboards keep the rules of lib/rules*.jq.  They use only fields that the tables declare, in
# the panel's unit.  Broken copies show that each rule can fail.
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
	echo "jq is not installed"
	exit 77
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# {MEASUREMENT: {NAME: {unit, kind, group}}} of the tables.  Those of a flame graph are what Grafana takes.
declared()
{
	"$build/memagent-describe" "$1" |
		jq -Rn '[inputs | split("\t") | {key: .[0], value: {unit: .[1], kind: .[2], group: .[3]}}] | from_entries'
}
declared fields-tsv >"$work/process"
declared site-fields-tsv >"$work/site"
jq -n --slurpfile process "$work/process" --slurpfile site "$work/site" '{memagent: $process[0], memagent_site: $site[0],
	memagent_flame: ({level: "none", value: "bytes", self: "bytes", label: "text"} | map_values({unit: ., kind: "gauge", group: "flame"}))}' >"$work/fields"
[ "$(jq '.memagent | length' "$work/fields")" -gt 80 ] || fail "there are few fields: $(jq -c keys "$work/process")"
[ "$(jq '.memagent_site | length' "$work/fields")" -gt 20 ] || fail "there are few fields of call sites: $(jq -c keys "$work/site")"

# judge FILTER FILE…: run jq's FILTER with the rules and the fields.
judge()
{
	filter=$1
	shift
	jq -L "$here/lib" --slurpfile declared "$work/fields" -r "include \"rules\"; $filter" "$@"
}

broken_rules()
{
	judge 'broken_rules($declared[0])' "$1"
}

# All panels, also those of collapsed rows.
for name in memagent fleet; do
	jq -L "$here/lib" 'include "substitute"; flat' "$dashboards/$name.json" >"$work/$name.json"
done
dashboards=$work

for name in memagent fleet; do
	broken_rules "$dashboards/$name.json" >"$work/found"
	[ ! -s "$work/found" ] || fail "$name.json: $(cat "$work/found")"
done

# expect_broken RULE CHANGE [DASHBOARD]: a copy with the change must break the rule.  judge_copies judges
# all copies at once.
expect_broken()
{
	printf '%s\n' "$1" >>"$work/${3-memagent}.rules"
	printf '%s\n' "$2" >>"$work/${3-memagent}.changes"
}

# judge_copies DASHBOARD: print what is not found in the copies of expect_broken.
judge_copies()
{
	jq -c "$(sed 's/.*/(&)/; $!s/$/,/' "$work/$1.changes")" "$dashboards/$1.json" >"$work/$1.copies"
	judge '($rules / "\n") as $rules | ($changes / "\n") as $changes | [inputs] as $copies
		| if $copies | length != ($changes | length - 1) then "some changes make no copy" else empty end,
		(range($copies | length) as $i | [$copies[$i] | broken_rules($declared[0])] as $found
			| if $copies[$i] == $whole[0] then "nothing changed: \($changes[$i])"
				elif any($found[]; contains($rules[$i])) then empty
				else "\"\($rules[$i])\" is not found in a copy with \($changes[$i]), but: \($found | join("; "))" end)' \
		-n --slurpfile whole "$dashboards/$1.json" --rawfile rules "$work/$1.rules" --rawfile changes "$work/$1.changes" "$work/$1.copies"
}

# panel TITLE: print jq's path to it.
panel()
{
	echo "(.panels[] | select(.title == \"$1\"))"
}

# ---- a panel ----

first=$(panel "Live bytes of each process")
expect_broken 'has no title' "$first.title = \"\""
expect_broken 'has no description' "del($first.description)"
expect_broken 'has no unit' "del($first.fieldConfig.defaults.unit)"
expect_broken 'does not use ${datasource}' "$first.datasource.uid = \"memagent\""
expect_broken 'A does not use ${datasource}' "$first.targets[0].datasource = null"
expect_broken 'is a graph' "$first.type = \"graph\""
expect_broken 'has rows that are sorted without their unit' '(.panels[] | select(.type == "heatmap") | .targets[0].query) |= gsub("≤ "; "")'
expect_broken 'overrules the data source' "$first.interval = \"5s\""
expect_broken 'overrules the data source' "$first.interval = \"1m\""
expect_broken 'is per minute, or by function, in shorter buckets' "del($(panel "Growth per minute").interval)"
expect_broken 'has the row "Heap" open' '(.panels[] | select(.title == "Heap")).collapsed = false'
expect_broken 'has the row "Overview" collapsed' '(.panels[] | select(.title == "Overview")).collapsed = true'
expect_broken 'asks nothing' "$first.targets = []"
expect_broken 'is not a raw query' "$first.targets[0].rawQuery = false"

# ---- how it looks ----

expect_broken 'does not begin with the largest' "del($first.options.legend.sortBy)"
expect_broken 'does not begin with the largest' "$first.options.legend.sortDesc = false"
expect_broken 'counts from above 0' "del($(panel "Processes").fieldConfig.defaults.min)"
expect_broken 'has colours that say nothing' "$(panel "Hosts by live bytes").fieldConfig.defaults.color.mode = \"continuous-BlYlRd\"" fleet
expect_broken 'has colours that say nothing' "$(panel "Hosts by growth per minute").fieldConfig.defaults.color.mode = \"fixed\"" fleet

expect_broken 'draws more than ten processes' "$first.targets[0].query |= sub(\" AND \\\"pid\\\" =~ /\\\\^[$]largest[$]/\"; \"\")"
expect_broken 'draws more than ten processes' "$first.targets[0].query |= sub(\" AND \\\"host\\\" =~ /\\\\^[$]drawn_on[$]/\"; \"\")"
expect_broken 'ranks what has ended among the rest' "$first.options.legend.calcs = [\"lastNotNull\", \"max\"]"
expect_broken 'ranks what has ended among the rest' "$first.options.legend.sortBy = \"Last *\""
expect_broken 'draws more than ten services' \
	"$(panel "Live bytes of each service").targets[0].query |= sub(\" AND \\\"service\\\" =~ /\\\\^[$]large_services[$]/\"; \"\")" fleet
expect_broken 'draws several lines for each process' "$first.targets += $first.targets"
expect_broken 'gives a process another colour' "$first.fieldConfig.defaults.color.mode = \"palette-classic\""
expect_broken 'has bars that lead nowhere' "del($(panel "Hosts by live bytes").fieldConfig.defaults.links)" fleet
expect_broken 'leads to processes of other hosts, too' \
	"($(panel "Processes by live bytes").fieldConfig.overrides[].properties[] | select(.id == \"links\").value[].url) |= sub(\"var-host\"; \"var-service\")"
expect_broken 'has the column host in any place' "del($(panel "Coverage").transformations)"
expect_broken 'has the column live in any place' "del($(panel "Processes by live bytes").transformations[0].options.indexByName.live)"
expect_broken 'has the column live in the unit bytes, not short' \
	"$(panel "Processes by live bytes").targets[0].query |= sub(\"heap_alloc_bytes\"; \"heap_objects\")"
expect_broken 'sums up in buckets without a value' "del($(panel "Overall heap usage").interval)"
expect_broken 'overrules the data source' "$(panel "Overall heap usage").interval = \"1s\""

# ---- call sites ----

where=$(panel "Call sites by live bytes, and growth per minute")
leaking=$(panel "Functions by what they leak, and growth per minute")
flame=$(panel 'Live bytes by stack, process $flame')
expect_broken 'has the row "Where" collapsed' '(.panels[] | select(.title == "Where")).collapsed = true'
expect_broken 'has the column oldest in any place' "del($where.transformations[2].options.indexByName.oldest)"
expect_broken 'has the column verdict in any place' "del($where.transformations[2].options.indexByName.verdict)"
expect_broken 'has the column site in any place' "del($where.transformations[2].options.indexByName.site)"
expect_broken 'has rows that do not find each other' "del($where.transformations[0])"
expect_broken 'has rows that do not find each other' "$where.transformations[0].options.exclude.names = []"
expect_broken 'has rows that do not find each other' "del($leaking.transformations[1])" fleet
expect_broken 'has the column oldest in the unit bytes, not ns' "$where.fieldConfig.overrides |= map(select(.matcher.options != \"oldest\"))"
expect_broken 'has the column made a second in the unit bytes, not binBps' "$where.fieldConfig.overrides |= map(select(.matcher.options != \"made a second\"))"
expect_broken 'has the column processes in the unit bytes, not short' "$leaking.fieldConfig.overrides |= map(select(.matcher.options != \"processes\"))" fleet
expect_broken 'has the column leak a second in the unit bytes, not binBps' \
	"$leaking.fieldConfig.overrides |= map(select(.matcher.options != \"leak a second\"))" fleet
expect_broken 'has verdicts that look alike' "$where.fieldConfig.overrides |= map(select(.matcher.options != \"verdict\"))"
expect_broken 'reads no points' "$where.targets[0].query |= sub(\", \\\"site\\\", \\\"function\\\"\"; \"\")"
expect_broken 'takes several processes for one' "$where.targets[1].query |= sub(\", \\\"pid_ns\\\", \\\"site\\\"(?<r>.*fill)\"; \"\\(.r)\")"
expect_broken 'takes several processes for one' "$leaking.targets[0].query |= sub(\", \\\"pid_ns\\\"\"; \"\")" fleet
expect_broken 'has several rows for a call site' "$leaking.targets[0].query += \", \\\"host\\\"\"" fleet
expect_broken 'A does not go by the variable service' \
	"$leaking.targets[0].query |= sub(\" AND \\\"service\\\" =~ /\\\\^[$]service[$]/\"; \"\")" fleet
expect_broken 'names heap_alloc_bytes, which no table declares' "$where.targets[0].query |= sub(\"live_bytes\"; \"heap_alloc_bytes\")"
expect_broken 'names live_bytes, which no table declares' "$first.targets[0].query |= sub(\"heap_alloc_bytes\"; \"live_bytes\")"
expect_broken 'draws the counter alloc_bytes without a derivative' \
	"$(panel "Live bytes by function").targets[0].query |= sub(\"last\\\\(\\\"live_bytes\"; \"last(\\\"alloc_bytes\")"
expect_broken 'draws more than ten functions' \
	"$(panel "Growth per minute by function").targets[0].query |= sub(\" AND \\\"function\\\" =~ /\\\\^[$]growing[$]/\"; \"\")"
expect_broken 'gives a function another colour' "$(panel "Live bytes by function").fieldConfig.defaults.color.mode = \"palette-classic\""
expect_broken 'sums up in buckets without a value' "del($(panel "Exact live bytes, and the sum of call sites").interval)"
expect_broken 'B is of single dots' "del($(panel "Exact live bytes, and the sum of call sites").fieldConfig.overrides[] | select(.matcher.options == \"B\"))"
expect_broken 'does not draw the last snapshot' "del($flame.transformations[0])"
expect_broken 'does not draw the last snapshot' "$flame.transformations[0].options.sort[0].desc = false"
expect_broken 'does not draw the last snapshot' "$flame.transformations[1].options.fields = [\"host\"]"
expect_broken 'is not of one table' "$flame.targets[0].resultFormat = \"time_series\""
expect_broken 'has children before their parents' "$flame.targets[0].query += \" ORDER BY time DESC\""
expect_broken 'lacks what Grafana takes' "$flame.targets[0].query |= sub(\"\\\"self\\\", \"; \"\")"
expect_broken 'reads all snapshots' "$flame.targets[0].query |= sub(\" AND time >= [$]{__to}ms - 15m\"; \"\")"
expect_broken 'is of several processes' "$flame.targets[0].query |= sub(\" AND \\\"pid\\\" =~ /\\\\^[$]flame[$]/\"; \"\")"
expect_broken 'variable flame takes one value only, or does not' '(.templating.list[] | select(.name == "flame")).multi = true'
expect_broken 'variable flame is kept in links, or is not' '(.templating.list[] | select(.name == "flame")).skipUrlSync = false'
expect_broken 'leaks are shown 0 times' '.annotations.list |= map(select(.name != "leaks"))'

expect_broken 'overrules the data source' "$(panel "Live bytes by function").interval = \"20s\""

# ---- gaps ----

slow=$(panel "Overall heap usage")
expect_broken 'connects gaps' "$first.fieldConfig.defaults.custom.spanNulls = true"
expect_broken 'connects gaps' "$first.fieldConfig.defaults.custom.spanNulls = 60000"
expect_broken 'B connects gaps' "$slow.fieldConfig.overrides[0].properties[0].value = 60000"
expect_broken 'B connects gaps' "$slow.fieldConfig.overrides[0].properties[0].value = true"
expect_broken 'B is of single dots' "del($slow.fieldConfig.overrides[0])"
expect_broken 'A connects gaps' "$slow.fieldConfig.overrides[0].matcher.options = \"A\""
expect_broken 'connects gaps of all that it draws' "$slow.fieldConfig.overrides[0].matcher = {id: \"byType\", options: \"number\"}"
expect_broken 'fills gaps' "$first.targets[0].query |= sub(\"fill\\\\(null\"; \"fill(previous\")"
expect_broken 'fills gaps' "$first.targets[0].query |= sub(\"fill\\\\(null\"; \"fill(0\")"
expect_broken 'fills gaps' "$(panel "Live bytes").targets[0].query |= sub(\"fill\\\\(null\"; \"fill(0\")"
expect_broken 'shows what was before' "$(panel "Live bytes").options.reduceOptions.calcs = [\"lastNotNull\"]"
expect_broken 'shows what was before' "$(panel "Hosts by live bytes").options.reduceOptions.calcs = [\"lastNotNull\"]" fleet
expect_broken 'ranks what has ended' "$(panel "Hosts by live bytes").transformations[0].options.reducers = [\"lastNotNull\"]" fleet
expect_broken 'ranks what has ended' "del($(panel "Hosts by live bytes").transformations[1])" fleet

# ---- what a query asks for ----

expect_broken 'has no $timeFilter' "$first.targets[0].query |= sub(\"[$]timeFilter\"; \"time > 0\")"
expect_broken 'has no $__interval' "$first.targets[0].query |= sub(\"[$]__interval\"; \"1s\")"
expect_broken 'has buckets that do not end with the time' "$first.targets[0].query |= sub(\", [$]{__to}ms[)]\"; \")\")"
expect_broken 'has the last instant as a bucket' "$first.targets[0].query |= sub(\" AND time < [$]{__to}ms\"; \"\")"
expect_broken 'has $__interval between slashes' "$first.targets[0].query |= . + \" /a/\""
expect_broken 'reads no points' "$first.targets[0].query |= sub(\"\\\"memagent\\\"\"; \"\\\"memagent_event\\\"\")"
expect_broken 'reads points in an unknown way' "$first.targets[0].query |= sub(\" fill.*\"; \"\")"
for variable in host service pid; do
	expect_broken "A does not go by the variable $variable" \
		"$(panel "Live bytes").targets[0].query |= sub(\" AND \\\"$variable\\\" =~ /\\\\^[$]${variable}[$]/\"; \"\")"
	expect_broken 'takes several processes for one' "$first.targets[0].query |= sub(\", \\\"$variable\\\"(?<r>.*fill)\"; \"\\(.r)\")"
done
expect_broken "A does not go by the variable service" \
	"$(panel "Hosts by live bytes").targets[0].query |= sub(\" AND \\\"service\\\" =~ /\\\\^[$]service[$]/\"; \"\")" fleet
expect_broken 'takes several processes for one' \
	"$(panel "Hosts by live bytes").targets[0].query |= sub(\", \\\"pid\\\"\"; \"\")" fleet
expect_broken 'names heap_alloc_byte, which no table declares' "$first.targets[0].query |= sub(\"heap_alloc_bytes\"; \"heap_alloc_byte\")"
expect_broken 'names heap_alloc_byte without quotes' "$first.targets[0].query |= sub(\"\\\"heap_alloc_bytes\\\"\"; \"heap_alloc_byte\")"

expect_broken 'calls sample(), which InfluxDB 3' "$first.targets[0].query |= sub(\"last\"; \"sample\")"
expect_broken 'limits series' "$first.targets[0].query |= . + \" SLIMIT 10\""
expect_broken 'has columns with and without a derivative' \
	"$(panel "Objects made").targets[0].query |= sub(\"\\\\(SELECT \"; \"(SELECT last(\\\"heap_objects\\\"), \")"
expect_broken 'variable host takes "host" from a query that does not select it' '.templating.list[1].query |= sub(", \"host\" FROM"; " FROM")'
expect_broken 'A takes "v" from a query that does not select it' "$(panel "Live bytes").targets[0].query |= sub(\" AS \\\"v\\\"\"; \"\")"
expect_broken 'variable host calls holt_winters()' '.templating.list[1].query |= sub("last"; "holt_winters")'

# ---- counters ----

# expect_bare WHAT: the first panel with WHAT instead of its last() breaks the rule on counters.
expect_bare()
{
	expect_broken 'draws the counter mallocs without a derivative' \
		"$first.targets[0].query |= sub(\"last\\\\([^)]*\\\\)\"; $(printf '%s' "$1" | jq -Rs .))"
}
expect_bare 'last("mallocs")'
expect_bare 'last(mallocs)'
expect_bare 'mean("mallocs")'
expect_bare 'derivative(last("mallocs"), 1s)'
expect_bare 'difference(last("mallocs"))'
expect_bare 'non_negative_difference(last("mallocs"))'
expect_bare 'non_negative_derivative(last(mallocs), 1s)'
expect_bare 'non_negative_derivative(mean("mallocs"), 1s)'
expect_bare 'last(non_negative_derivative("mallocs", 1s))'
expect_bare 'last("mallocs") - non_negative_derivative(last("mallocs"), 1s)'
expect_bare 'count("v") AS "processes" FROM (SELECT last("mallocs")'
sizes=$(panel 'Requested sizes, process $pid')
expect_broken 'draws the counter sizes_le_64 without a derivative' \
	"$sizes.targets[0].query |= sub(\"non_negative_derivative\\\\(last\\\\(\\\"sizes_le_64\\\"\\\\), 1s\\\\)\"; \"max(\\\"sizes_le_64\\\")\")"
expect_broken 'asks for one process in several passes' "$sizes.targets[0].query |= sub(\"FROM \"; \"FROM (SELECT * FROM \")"

# ---- units ----

expect_broken 'A is of the unit short, not bytes' "$first.targets[0].query |= sub(\"heap_alloc_bytes\"; \"threads\")"
expect_broken 'A is of the unit bytes, not short' "$first.fieldConfig.defaults.unit = \"short\""
expect_broken 'is of the unit binBps, not Bps' "$(panel "Bytes allocated per second").fieldConfig.defaults.unit = \"Bps\""
expect_broken 'is of the unit ops, not short' "$(panel "Objects made").fieldConfig.defaults.unit = \"short\""
expect_broken 'is of the unit cps, not ops' "$(panel "Trims per second").fieldConfig.defaults.unit = \"ops\""
expect_broken 'is of the unit ns per second' "$(panel "Cost: processor time").targets[0].query |= sub(\" / 1000000000\"; \"\")"
expect_broken 'is of the unit ns, not s' "$(panel "Lateness").fieldConfig.defaults.unit = \"s\""
expect_broken 'is of the unit percentunit, not percent' "$(panel "Share of processor time spent on trimming").fieldConfig.defaults.unit = \"percent\""
expect_broken 'is per minute, or its title says so' "$(panel "Growth per minute").title = \"Growth\""
expect_broken 'has a bare 1 or 0' "del($(panel "Coverage").fieldConfig.overrides[0].properties[1])"
expect_broken 'has a bare 1 or 0' "$(panel "Coverage").fieldConfig.overrides[0].properties[1].value[0].options[\"0\"].color = \"green\""

# ---- the page ----

expect_broken 'has no uid' 'del(.uid)'
expect_broken 'has the old schema' '.schemaVersion = 38'
expect_broken 'has an id twice' '.panels[1].id = .panels[2].id'
expect_broken 'twice' '.panels[1].title = .panels[2].title'
expect_broken 'is wider than the page' '.panels[1].gridPos.w = 25'
expect_broken 'overlap' '.panels[1].gridPos = .panels[2].gridPos'
expect_broken 'has an address in it' '.description = "http://influxdb.example:8086"'

# Each required panel is missed, and in its row.
while IFS='|' read -r row title; do
	expect_broken "has no panel \"$title\" in a row \"$row\"" "$(panel "$title").title = \"Another\""
	expect_broken "has no panel \"$title\" in a row \"$row\"" "$(panel "$row").title = \"Another\""
done <<'END'
Overview|Growth per minute
Overview|Processes by live bytes
Where|Call sites by live bytes, and growth per minute
Where|Live bytes by function
Where|Exact live bytes, and the sum of call sites
Process|Threads and arenas
Process|Sys
Heap|Heap objects
Heap|Overall heap usage
Allocations|Mallocs and frees per second
Allocations|Bytes allocated per second
Process|Stack of the main thread
Trim: empty unless MEMAGENT_TRIM_INTERVAL is set|Pause of a trim
Sizes|Requested sizes
The agent itself|Coverage
END
expect_broken 'does not repeat its row' '(.panels[] | select(.repeat)).repeat = "host"'
expect_broken 'has no panel "Live and resident, process $pid" in a row "Process $pid of $service"' 'del(.panels[] | select(.repeat))'
expect_broken 'has no heatmap of the sizes' "$(panel "Requested sizes").type = \"timeseries\""
expect_broken 'has no panel "Hosts by growth per minute"' "del($(panel "Hosts by growth per minute"))" fleet
expect_broken 'has no panel "Functions by what they leak, and growth per minute"' "del($leaking)" fleet
expect_broken 'has no panel "Services by live bytes"' "del($(panel "Services by live bytes"))" fleet
expect_broken '"Hosts by live bytes" is not by host' \
	"$(panel "Hosts by live bytes").targets[0].query |= sub(\"\\\"host\\\" fill\"; \"\\\"service\\\" fill\")" fleet

# ---- variables and annotations ----

expect_broken 'the first variable is not the data source' 'del(.templating.list[0])'
expect_broken 'has the variables datasource, service, pid' 'del(.templating.list[1])'
expect_broken 'has the variables datasource, host, service, pid, largest, drawn_on, flame, functions, growing, host' '.templating.list += [.templating.list[1]]'
expect_broken 'has the variables datasource, service' 'del(.templating.list[1])' fleet
expect_broken 'has the variables datasource, host, service, pid' 'del(.templating.list[4])'
expect_broken 'variable largest is hidden, or is not' '.templating.list[4].hide = 0'
expect_broken 'variable host is hidden, or is not' '.templating.list[1].hide = 2'
expect_broken 'takes one value only' '.templating.list[1].multi = false'
expect_broken 'is not asked anew' '.templating.list[2].refresh = 1'
expect_broken 'variable host does not use ${datasource}' '.templating.list[1].datasource.uid = "memagent"'
expect_broken 'variable host has not one $timeFilter' '.templating.list[1].query |= sub("[$]timeFilter"; "time > 0")'
expect_broken 'variable pid is not chained to service' \
	'.templating.list[3].query |= sub(" AND \"service\" =~ /\\^[$]service[$]/"; "")'
expect_broken 'variable host names malloc, which' '.templating.list[1].query |= sub("mallocs"; "malloc")'
expect_broken 'starts are shown 0 times' '.annotations.list = []'
expect_broken 'exits are shown 0 times' '.annotations.list[1].enable = false'
expect_broken 'starts are shown 2 times' '.annotations.list[1] = .annotations.list[0]'
expect_broken 'annotation does not use ${datasource}' '.annotations.list[0].datasource.uid = "memagent"'
expect_broken 'annotation does not go by the variable pid' '.annotations.list[0].query |= sub(" AND \"pid\" =~ /\\^[$]pid[$]/"; "")'
expect_broken 'annotation has not one $timeFilter' '.annotations.list[0].query |= sub("[$]timeFilter"; "time > 0")'
expect_broken 'annotation has no title' 'del(.annotations.list[0].titleColumn)'
expect_broken 'annotation asks two things' '.annotations.list[0].target.query = ""'

for name in memagent fleet; do
	judge_copies "$name" >"$work/found"
	[ ! -s "$work/found" ] || fail "$name.json: $(cat "$work/found")"
done

# All field names are checked: without the tables all are unknown.
echo '{}' >"$work/fields"
unknown=$(broken_rules "$dashboards/memagent.json" | grep -c 'no table declares')
[ "$unknown" -gt 50 ] || fail "only $unknown names are looked up"
