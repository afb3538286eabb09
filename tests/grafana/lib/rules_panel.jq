# rules_panel.jq: what is wrong with a panel.
#
# In: the panel.  $fields as in rules_query.jq; $variables: those that say which processes.
include "rules_query";

def our_datasource: .datasource == {type: "influxdb", uid: "${datasource}"};

# Three seconds without a point are a gap.  Allocator fields have a value every 10 s only.
def gap_ms: 3000;
def slow_gap_ms: 25000;

def span_well($most): . == false or (type == "number" and . > 0 and . <= $most);

# The overrides of spanNulls, as {REFID: VALUE}; overrides by anything but a query's letter are ["?"].
def spans:
	[.fieldConfig.overrides[] | . as $o | .properties[] | select(.id == "custom.spanNulls")
		| {key: (if $o.matcher.id == "byFrameRefID" then $o.matcher.options else "?" end), value}] | from_entries;

# In: a target.  The allocator, and call sites, tell what it asks for every ten seconds only.
def is_slow($fields):
	.query | (contains("\"sites_live_bytes\"") or measurement == "memagent_site") as $sites | table($fields) as $table
	| $sites or all(fields_of($fields)[]; $table[.].group == "allocator");

def wrong_gaps($fields):
	if .type != "timeseries" then empty else
		spans as $spans
		| (if .fieldConfig.defaults.custom.spanNulls | span_well(gap_ms) then empty else "connects gaps" end),
		(if $spans["?"] then "connects gaps of all that it draws" else empty end),
		(.targets[] | is_slow($fields) as $slow
			| if $slow and ($spans[.refId] // false) == false then "\(.refId) is of single dots"
			elif $slow and ($spans[.refId] | span_well(slow_gap_ms) | not) then "\(.refId) connects gaps"
			elif ($slow | not) and $spans[.refId] then "\(.refId) connects gaps"
			else empty end)
	end;

# A stat and a bar show the present: null if there is no value now.
def wrong_newest:
	if .type != "stat" and .type != "bargauge" then empty
	else
		(if .options.reduceOptions.calcs == ["last"] then empty else "shows what was before" end),
		(if .type == "bargauge" and (
			[.transformations[].id] != ["reduce", "filterByValue", "sortBy", "limit"] or
			.transformations[0].options.reducers != ["last"] or
			.transformations[1].options.filters[0].config.id != "isNotNull")
			then "ranks what has ended" else empty end)
	end;

# A graph has ten lines at most: one for each of the ten largest processes or functions, or one for all of them.  Only the
# row of one process has several for each.
def too_many_lines:
	if .type == "timeseries" and (.title | contains("$pid") | not) then
		[.targets[].query | select(endswith("\(by_process) fill(null)"))] as $of_each
		| if $of_each == [] then empty
		elif (.targets | length) > 1 then "draws several lines for each process"
		elif $of_each[0] | contains("\"host\" =~ /^$drawn_on$/ AND \"pid\" =~ /^$largest$/") | not then "draws more than ten processes"
		elif .fieldConfig.defaults.color.mode != "palette-classic-by-name" then "gives a process another colour than others do"
		else empty end
	else empty end;
def too_many_of_fleet:
	if .type == "timeseries" then .targets[].query | capture(", \"(?<tag>service|host)\" fill\\(null\\)$").tag as $tag
		| select(test("\"\($tag)\" =~ /\\^[$](large|rising)_\($tag)s[$]/") | not) | "draws more than ten \($tag)s"
	else empty end;
def too_many_functions:
	if .type == "timeseries" and any(.targets[].query; endswith("\"function\" fill(null)")) then
		(if any(.targets[].query; test("\"function\" =~ /\\^[$](functions|growing)[$]/") | not) then "draws more than ten functions" else empty end),
		(if .fieldConfig.defaults.color.mode != "palette-classic-by-name" then "gives a function another colour than others do" else empty end)
	else empty end;

# Legends start with the largest, axes of counts with 0, and red is for growth only.
def wrong_looks:
	(if .type == "bargauge" and (.fieldConfig.defaults.links // [] | any(.[]; .url | contains("=${__data.fields.Field:percentencode}")) | not)
		then "has bars that lead nowhere" else empty end),
	(if .type == "table" and any(.fieldConfig.overrides[].properties[] | select(.id == "links").value[].url;
		contains("var-pid=") and (contains("&var-host=${__data.fields.host:percentencode}&") | not))
		then "leads to processes of other hosts, too" else empty end),
	(if .type == "timeseries" and .fieldConfig.defaults.color.mode == "palette-classic-by-name" and
		(.options.legend | .calcs[0] != "last" or .sortBy != "Last") then "ranks what has ended among the rest" else empty end),
	(if .type == "timeseries" and (.options.legend | .sortDesc != true or (.sortBy | IN("Last", "Last *") | not))
		then "has a legend that does not begin with the largest" else empty end),
	(if .type == "stat" and any(.targets[].query; startswith("SELECT count(")) and .fieldConfig.defaults.min != 0
		then "counts from above 0" else empty end),
	(if .type == "bargauge" and .fieldConfig.defaults.color.mode != (if .title | test("growth") then "thresholds" else "fixed" end)
		then "has colours that say nothing" else empty end);

# Grafana puts a query's tags into the columns of a table in any order.  Of several queries, rows with the same tags
# become one, if they have no times.
def wrong_columns($fields):
	if .type == "table" then
		(.transformations[-1] // {} | select(.id == "organize").options.indexByName // {} | keys) as $placed
		| ([.targets[].query | (columns | keys[]), (split(" GROUP BY ")[-1] | scan("\"([^\"]+)\"")[])] | unique) as $columns
		| ($columns + (if .targets | length > 1 then [] else ["Time"] end) - $placed | .[] | "has the column \(.) in any place"),
		(if (.targets | length) > 1 and ([.transformations[].id] != ["filterFieldsByName", "merge", "organize"] or
			.transformations[0].options.exclude.names != ["Time"]) then "has rows that do not find each other" else empty end),
		({"": .fieldConfig.defaults.unit} + ([.fieldConfig.overrides[] | select(.matcher.id == "byName") | .matcher.options as $name
			| .properties[] | select(.id == "unit") | {key: $name, value}] | from_entries)) as $units
		| (.targets[].query | wrong_columns_units($fields; $units))
	else empty end;

# Grafana draws the first frame as a flame graph, and it has to be one snapshot: with the root first.
def wrong_flame:
	if .type != "flamegraph" then empty
	else
		(if [.transformations[] | .id, (.options | .sort[0], .fields[0]? | values)]
			!= ["sortBy", {field: "Time", desc: true}, "partitionByValues", "Time"] then "does not draw the last snapshot" else empty end),
		(if .targets | length != 1 or .[0].resultFormat != "table" then "is not of one table" else empty end),
		(if .targets[0].query | test("ORDER BY|LIMIT") then "has children before their parents" else empty end),
		(if .targets[0].query | startswith("SELECT \"level\", \"value\", \"self\", \"label\", ") | not then "lacks what Grafana takes" else empty end),
		(if .targets[0].query | of_the_end | not then "reads all snapshots" else empty end),
		(if .targets[0].query | contains("\"pid\" =~ /^$flame$/") | not then "is of several processes" else empty end)
	end;

def wrong_verdicts:
	if .type == "table" and any(.targets[].query; contains("\"verdict\"")) then
		[.fieldConfig.overrides[] | select(.matcher == {id: "byName", options: "verdict"}).properties[] | select(.id == "mappings").value[].options] as $words
		| if any($words[]; .leak.color == "red" and .level.color == "green") then empty else "has verdicts that look alike" end
	else empty end;

def wrong_flags($fields):
	if any(.targets[].query | table($fields) as $table | fields_of($fields)[] | $table[.].unit; . == "flag") then
		[.fieldConfig.overrides[].properties[] | select(.id == "mappings").value[].options] as $words
		| if any($words[]; .["0"].color == "red" and .["1"].text) then empty else "has a bare 1 or 0" end
	else empty end;

# Grafana sorts a heatmap's rows by the number at the start of their names, if all have one.
def wrong_order:
	if .type == "heatmap" and ([.targets[].query | scan("AS \"([^\"]+)\"")[]] | all(.[]; test("^[0-9.]")))
	then "has rows that are sorted without their unit" else empty end;

def wrong_panel($fields; $variables):
	"panel \(.id) \"\(.title // "")\"" as $which
	| . as $panel
	| (if (.title // "") == "" then "has no title" else empty end),
	(if (.description // "") == "" then "has no description" else empty end),
	(if (.fieldConfig.defaults.unit // "") == "" then "has no unit" else empty end),
	(if our_datasource then empty else "does not use ${datasource}" end),
	(if .type | IN("timeseries", "stat", "heatmap", "table", "bargauge", "flamegraph") then empty else "is a \(.type)" end),
	(any(.targets[]?.query; per_minute) as $minutes
		| (.type == "timeseries" and any(.targets[]; (.query | startswith("SELECT sum(") and (per_minute | not)) and is_slow($fields))) as $slow_sum
		| (.type == "timeseries" and any(.targets[].query; measurement == "memagent_site") or $minutes) as $minutes
		| if .interval and .interval != (if $minutes then "1m" elif $slow_sum then "20s" else "" end)
			then "overrules the data source's interval"
		elif $slow_sum and .interval == null then "sums up in buckets without a value of each process"
		elif $minutes and .interval == null then "is per minute, or by function, in shorter buckets" else empty end),
	wrong_gaps($fields), wrong_newest, wrong_flags($fields), wrong_looks, too_many_lines, too_many_of_fleet, too_many_functions, wrong_columns($fields), wrong_order,
	wrong_flame, wrong_verdicts,
	(if (.targets // []) == [] then "asks nothing" else empty end),
	((.targets // [])[] | . as $target |
		(if our_datasource then empty else "does not use ${datasource}" end),
		(if .rawQuery != true then "is not a raw query" else empty end),
		(.query | wrong_query($fields; $variables; $panel))
		| "\($target.refId) \(.)")
	| "\($which) \(.)";
