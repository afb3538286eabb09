# panels.jq: how the parts of a dashboard look, once.  Included by the dashboards; it knows
# Grafana's JSON and InfluxQL, and no field.

# ---- queries ----

# Buckets end where the time that is shown ends, so that the last one is as long as the others: in one that has just
# begun, rates and sums over processes would be far too low.  (ORDER BY time DESC with an OFFSET would leave that one
# out, but turns derivatives round.)
def buckets: "time($__interval, ${__to}ms)";

# The time that is shown, without the last instant of $timeFilter, which would be a bucket of its own.
def shown: "$timeFilter AND time < ${__to}ms";

# What comes every ten seconds has been there since then, unless it has ended.
def of_now: "time >= ${__to}ms - 3m";

# One snapshot for the flame graph comes a minute by default.
def of_last_snapshots: "time >= ${__to}ms - 15m";

# The processes that are chosen above the dashboard.
def processes: "\"host\" =~ /^$host$/ AND \"service\" =~ /^$service$/ AND \"pid\" =~ /^$pid$/";

def chosen: "\(shown) AND \(processes)";

# A graph with a line for each process draws these only: the hidden variables have the ten that are drawn.
def largest: "\"host\" =~ /^$drawn_on$/ AND \"pid\" =~ /^$largest$/";
def drawn: "\(chosen) AND \(largest)";

# pid_ns tells containers apart whose processes have the same number; outside of containers there is none.
def by_process: "\"host\", \"service\", \"pid\", \"pid_ns\"";

# A series for each process.  Empty buckets are null, so that a gap stays one.  A derivative leaves empty buckets out;
# the outer query brings them back, or the line would be a ramp over the gap.
def grouped: "GROUP BY \(buckets), \(by_process) fill(null)";
def in_one_pass($columns; $where): "SELECT \($columns) FROM \"memagent\" WHERE \($where) \(grouped)";
def in_one_pass($columns): in_one_pass($columns; chosen);
def each_process($column; $where):
	if $column | contains("derivative(") then
		"SELECT last(\"v\") FROM (\(in_one_pass("\($column) AS \"v\""; $where))) WHERE \(shown) \(grouped)"
	else in_one_pass($column; $where) end;

def gauge($field): "last(\"\($field)\")";
def worst($field): "max(\"\($field)\")";
# Counters only ever go up, until another process begins at 0.
def rate($field; $unit): "non_negative_derivative(last(\"\($field)\"), \($unit))";
def rate($field): rate($field; "1s");
# Of ns: a second of processor time in a second is 1.
def share($field): "\(rate($field)) / 1000000000";
# The difference of two rates: where another process begins at 0 under the same number, both have a gap.
def net($up; $down; $unit): "\(rate($up; $unit)) - \(rate($down; $unit))";
# How fast the lowest values of a gauge grow: a burst that comes and goes does not change them, a leak does.
def growth_of($field): "derivative(min(\"\($field)\"), 1m)";
# The buckets of such a panel are at least a minute: a shorter one has no low point in it.
def over_minutes: .interval = "1m";

# How much a gauge grew in all.
def grown($field): "last(\"\($field)\") - first(\"\($field)\")";

# What all_processes and the like take.
def sum_of($column): {is: "sum(\"v\")", of: "\($column) AS \"v\""};

# Points of processes, and points of their call sites: a series for each process, and one for each of its sites.
def of_processes: {from: "memagent", each: by_process};
def of_sites: {from: "memagent_site", each: "\(by_process), \"site\", \"function\""};

# One query over ${sum.of}, which is taken of each series of ${points} first.  There it has to be null and not 0 where
# nothing is: InfluxDB mixes the series up before it fills their buckets, and has too many of these.
def summed($points; $sum; $name; $where; $tags; $fill):
	"SELECT \($sum.is) AS \"\($name)\" FROM (SELECT \($sum.of) FROM \"\($points.from)\" " +
	"WHERE \($where) GROUP BY \(buckets), \($points.each) fill(null)) " +
	"WHERE \(shown) GROUP BY \([buckets] + $tags | join(", ")) fill(\($fill))";
def summed($sum; $name; $where; $tags; $fill): summed(of_processes; $sum; $name; $where; $tags; $fill);

def all_processes($sum; $name): summed($sum; $name; chosen; []; "null");
def how_many($field; $name): summed({is: "count(\"v\")", of: "\(gauge($field)) AS \"v\""}; $name; chosen; []; "0");

def datasource: {type: "influxdb", uid: "${datasource}"};

def target($query; $alias):
	{datasource: datasource, rawQuery: true, query: $query, resultFormat: "time_series", alias: $alias};

def table_target($query):
	{datasource: datasource, rawQuery: true, query: $query, resultFormat: "table"};

# With its host: in containers the number is always 1.
def process: "$tag_service $tag_pid on $tag_host";

# "live" of the process with that service and pid.
def line_of($column; $name): target(each_process($column; chosen); "\($name)\(process)");
def line_of($column): line_of($column; "");

# One line for all chosen processes: their sum, or the largest of their values.
def together($column; $name): target(all_processes(sum_of($column); "all"); $name);
def worst_of($column; $name): target(all_processes({is: "max(\"v\")", of: "\($column) AS \"v\""}; "all"); $name);

# ---- panels ----

# A to Z, then AA to AZ.
def ref_id: if . < 26 then [65 + .] else [65, 65 + . - 26] end | implode;

def panel($type; $title; $description; $unit; $targets):
	{
		type: $type, title: $title, description: $description, datasource: datasource,
		targets: ($targets | to_entries | map(.value + {refId: (.key | ref_id)})),
		fieldConfig: {defaults: {unit: $unit}, overrides: []},
		options: {}
	};

# Points come at whole intervals after a process began, a little late at times: one bucket may
# stay empty without a gap being there.  Three seconds without a point are one.
def gap_ms: 3000;

def graph($title; $description; $unit; $targets):
	panel("timeseries"; $title; $description; $unit; $targets)
	| .fieldConfig.defaults += {
		color: {mode: "palette-classic"},
		custom: {
			drawStyle: "line", lineInterpolation: "linear", lineWidth: 1, fillOpacity: 8,
			showPoints: "auto", pointSize: 4, spanNulls: gap_ms, axisPlacement: "auto",
			axisSoftMin: 0
		}
	}
	| .options = {
		legend: {showLegend: true, displayMode: "table", placement: "bottom", calcs: ["lastNotNull", "max"],
			sortBy: "Last *", sortDesc: true},
		tooltip: {mode: "multi", sort: "desc"}
	};

# The values lie on each other, and add up.
def stacked: .fieldConfig.defaults.custom += {stacking: {mode: "normal", group: "A"}, fillOpacity: 40};

# A line for each of the ten largest processes.  A process has its colour in all of these.
def coloured_by_name: .fieldConfig.defaults.color.mode = "palette-classic-by-name";
# In the legend: what has ended has no last value, so it comes after the rest.
def ended_last: .options.legend += {calcs: ["last", "max"], sortBy: "Last"};
def graph_of_each($title; $description; $unit; $column):
	graph($title; $description; $unit; [target(each_process($column; drawn); process)]) | coloured_by_name | ended_last;

# What the allocator tells, and call sites, come every ten seconds: a sum over processes needs a value of each in every
# bucket.
def over_slow_points: .interval = "20s";

def without_soft_min: del(.fieldConfig.defaults.custom.axisSoftMin);

# What stands in an empty panel.
def without_data($text): .fieldConfig.defaults.noValue = $text;

# Series of these fields come on a slower clock than points do: join them over ${ms}.
def joined_over($ms; $fields):
	("\"(" + ($fields | join("|")) + ")\"") as $any
	| if .type != "timeseries" then . else
		.fieldConfig.overrides += [.targets[] | select(.query | test($any))
			| {matcher: {id: "byFrameRefID", options: .refId}, properties: [{id: "custom.spanNulls", value: $ms}]}]
	end;

# A sum over processes needs a point of each in its bucket, so few buckets, and long ones; the least is the data
# source's.  "last" and not "lastNotNull": what has ended has no value any more.
def newest:
	.maxDataPoints = 60 | .options.reduceOptions = {calcs: ["last"], fields: "", values: false};

def stat($title; $description; $unit; $query):
	panel("stat"; $title; $description; $unit; [target($query; $title)])
	| .fieldConfig.defaults.color = {mode: "fixed", fixedColor: "blue"}
	| .options = {graphMode: "area", colorMode: "value", justifyMode: "auto", textMode: "value"}
	| newest;

# From red below ${levels[0]}'s value on; levels are pairs of colour and value.
def coloured($levels):
	.fieldConfig.defaults.color = {mode: "thresholds"}
	| .fieldConfig.defaults.thresholds = {
		mode: "absolute", steps: ($levels | map({color: .[0], value: .[1]}))
	};

# Bytes a minute.
def growth_levels: coloured([["green", null], ["orange", 1048576], ["red", 16777216]]);

# A link from a value to the dashboard ${uid} with its variables set to fields of the row: {VARIABLE: FIELD}.
def link_with($uid; $fields):
	"/d/\($uid)?${datasource:queryparam}&" +
	($fields | to_entries | map("var-\(.key)=${__data.fields.\(.value):percentencode}&") | add) + "${__url_time_range}";

# Grafana puts tags into columns in any order, another one each time.
def in_order($columns): {id: "organize", options: {excludeByName: {}, renameByName: {}, indexByName:
	($columns | to_entries | map({key: .value, value: .key}) | from_entries)}};

def table($title; $description; $unit; $targets; $columns):
	panel("table"; $title; $description; $unit; $targets)
	| .transformations = [in_order(["service", "host", "pid", "pid_ns"] + $columns + ["Time"])]
	| .options = {showHeader: true, cellHeight: "sm"};

# Of several queries: rows with the same tags become one.  Each query has times of its own, so no time is left.
def merged_table($title; $description; $unit; $targets; $columns):
	panel("table"; $title; $description; $unit; $targets)
	| .transformations = [{id: "filterFieldsByName", options: {exclude: {names: ["Time"]}}}, {id: "merge", options: {}}, in_order($columns)]
	| .options = {showHeader: true, cellHeight: "sm"};

def in_unit($column; $unit): .fieldConfig.overrides += [{matcher: {id: "byName", options: $column}, properties: [{id: "unit", value: $unit}]}];

def linked_to_process: .fieldConfig.overrides += [{matcher: {id: "byName", options: "pid"}, properties: [
	{id: "links", value: [{title: "This process", url: link_with("memagent"; {host: "host", service: "service", pid: "pid"})}]}]}];

# The last point of each process: one selector, so that the time is that point's.  The largest first.
def table_of_processes($title; $description; $columns):
	table($title; $description; "bytes"; [table_target("SELECT last(\"\($columns[0][0])\") AS \"\($columns[0][1])\", " +
		($columns[1:] | map("\"\(.[0])\" AS \"\(.[1])\"") | join(", ")) +
		" FROM \"memagent\" WHERE \(chosen) GROUP BY \(by_process)")]; $columns | map(.[1]))
	| .fieldConfig.overrides = [
		{matcher: {id: "byName", options: "Time"}, properties: [
			{id: "displayName", value: "last point"}, {id: "unit", value: "dateTimeFromNow"}]}]
	| linked_to_process
	| .options.sortBy = [{displayName: $columns[0][1], desc: true}];

# A column's values in words: pairs of value, text and colour.
def in_words($column; $words):
	.fieldConfig.overrides += [{matcher: {id: "byName", options: $column}, properties: [
		{id: "custom.cellOptions", value: {type: "color-text"}},
		{id: "mappings", value: [{type: "value", options: ($words | to_entries
			| map({key: "\(.value[0])", value: {index: .key, text: .value[1], color: .value[2]}}) | from_entries)}]}]}];

def heatmap($title; $description; $unit; $targets):
	panel("heatmap"; $title; $description; $unit; $targets)
	| .maxDataPoints = 180
	| .options = {
		calculate: false, cellGap: 1, showValue: "never", rowsFrame: {layout: "le"},
		color: {mode: "scheme", scheme: "Oranges", steps: 64, reverse: false, scale: "exponential",
			exponent: 0.5, fill: "dark-orange"},
		filterValues: {le: (1 / 1e9)}, cellValues: {unit: $unit}, yAxis: {axisPlacement: "left"},
		tooltip: {mode: "single", yHistogram: false, showColorScale: false}, legend: {show: true}
	};

# Grafana's flame graph takes the first frame, with the root first and every node before its children: so the rows of
# the latest time come first, and each time is a frame.  A sort keeps the order of rows with the same time.
def flame_graph($title; $description; $query; $apart):
	panel("flamegraph"; $title; $description; "bytes"; [table_target($query)])
	| .transformations = [
		{id: "sortBy", options: {fields: {}, sort: [{field: "Time", desc: true}]}},
		{id: "partitionByValues", options: {fields: (["Time"] + $apart), keepFields: false}}];

# ---- the page ----

# In: an array of rows {title, repeat?, open?, panels: [[width, height, panel]...]}.  Panels stand side by side while they
# fit into the 24 columns.  A row is collapsed unless it is open; then it holds its panels itself.
def laid_out:
	reduce .[] as $row ({y: 0, id: 1, panels: []};
		({type: "row", id: .id, title: $row.title, collapsed: ($row.open | not),
			gridPos: {x: 0, y: .y, w: 24, h: 1}, panels: []}
			+ if $row.repeat then {repeat: $row.repeat} else {} end) as $head
		| .id += 1 | .y += 1 | .x = 0 | .high = 0 | .row = []
		| reduce $row.panels[] as [$w, $h, $panel] (.;
			if .x + $w > 24 then .y += .high | .x = 0 | .high = 0 else . end
			| .row += [$panel + {id: .id, gridPos: {x: .x, y: .y, w: $w, h: $h}}]
			| .id += 1 | .x += $w | .high = ([.high, $h] | max))
		| .y += .high
		| .panels += if $row.open then [$head] + .row else [$head + {panels: .row}] end)
	| .panels;

# Its values are those of the processes that were there in the time that is shown.  InfluxDB 3 knows a tag of a query
# within only if that query selects it.
def tag_variable($name; $caption; $conditions):
	("SELECT distinct(\"\($name)\") FROM (SELECT last(\"mallocs\"), \"\($name)\" FROM \"memagent\" WHERE " +
		(["$timeFilter"] + $conditions | join(" AND ")) + " GROUP BY \"\($name)\")") as $query
	| {
		type: "query", name: $name, label: $caption, datasource: datasource,
		query: $query, definition: $query, refresh: 2, sort: 3, multi: true, includeAll: true,
		allValue: ".*", current: {selected: true, text: ["All"], value: ["$__all"]},
		options: [], hide: 0, regex: "", skipUrlSync: false
	};

# The ${tag} of the ten processes that held most, of those that are chosen.  Those that still run come first: their value
# is taken once more, with more added than any process holds.
def largest_variable($name; $caption; $tag):
	def most($more; $time): "(SELECT max(\"heap_alloc_bytes\")\($more) AS \"v\" FROM \"memagent\" " +
		"WHERE \($time) AND \(processes) GROUP BY \(by_process))";
	tag_variable($name; $caption; [])
	| .query = "SELECT distinct(\"\($tag)\") FROM (SELECT top(\"v\", \"host\", \"pid\", 10) FROM " +
		"\(most(""; "$timeFilter")), \(most(" + 1000000000000000000"; of_now)))"
	| .definition = .query | .hide = 2 | del(.allValue);

# The process that held most, of those that are chosen and report their call sites, when the last snapshots were taken.
# It is not kept in links: later it may be another one.
def flame_variable:
	tag_variable("flame"; "Flame graph"; [])
	| .query = "SELECT distinct(\"pid\") FROM (SELECT top(\"v\", \"pid\", 1) FROM (SELECT max(\"sites_live_bytes\") AS \"v\" " +
		"FROM \"memagent\" WHERE $timeFilter AND \(of_last_snapshots) AND \(processes) GROUP BY \(by_process)))"
	| .definition = .query | .hide = 2 | .multi = false | .includeAll = false | .current = {} | .skipUrlSync = true | del(.allValue);

# The ten values of ${tag} for which the sum of ${column} over their ${points} is largest.
def ten_variable($name; $caption; $tag; $column; $points; $where):
	tag_variable($name; $caption; [])
	| .query = "SELECT distinct(\"\($tag)\") FROM (SELECT top(\"s\", \"\($tag)\", 10) FROM (SELECT sum(\"v\") AS \"s\" " +
		"FROM (SELECT \($column) AS \"v\" FROM \"\($points.from)\" WHERE $timeFilter AND \($where) " +
		"GROUP BY \($points.each)) GROUP BY \"\($tag)\"))"
	| .definition = .query | .hide = 2 | del(.allValue);

def datasource_variable: {
	type: "datasource", name: "datasource", label: "Data source", query: "influxdb",
	current: {selected: true, text: "memagent", value: "memagent"},
	refresh: 1, hide: 0, regex: "", options: [], multi: false, includeAll: false, skipUrlSync: false
};

# The keys stand twice because Grafana moved them into target.  Without a column for the title it shows the time there,
# in milliseconds.
def annotation($event; $colour):
	({
		query: ("SELECT \"text\", \"service\", \"host\", \"pid\" FROM \"memagent_event\" WHERE $timeFilter AND \(processes) " +
			"AND \"event\" = '\($event)'"),
		titleColumn: "service", textColumn: "text", tagsColumn: "host,pid"
	}) as $what
	| {name: ($event | if endswith("growth") then . else . + "s" end), datasource: datasource, enable: true, hide: false, iconColor: $colour}
	+ $what + {target: ({refId: "Anno", rawQuery: true, resultFormat: "table", fromAnnotations: true} + $what)};

def dashboard($uid; $title; $description; $variables; $annotations; $links):
	{
		uid: $uid, title: $title, description: $description, tags: ["memagent"],
		schemaVersion: 39, version: 1, editable: true, graphTooltip: 1, timezone: "browser",
		time: {from: "now-15m", to: "now"}, refresh: "10s",
		timepicker: {refresh_intervals: ["5s", "10s", "30s", "1m", "5m", "30m"]},
		links: $links,
		templating: {list: ([datasource_variable] + $variables)},
		annotations: {list: $annotations},
		panels: laid_out
	};

def link_to($title; $uid):
	{type: "link", title: $title, url: "/d/\($uid)", icon: "dashboard", includeVars: true,
		keepTime: true, targetBlank: false, asDropdown: false, tags: [], tooltip: ""};
