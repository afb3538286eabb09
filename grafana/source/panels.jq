# panels.jq: how the parts of a dashboard look, once.  Included by the dashboards; it knows
# Grafana's JSON and InfluxQL, and no field.

# ---- queries ----

# The processes that are chosen above the dashboard, in the time that is shown.
def chosen:
	"$timeFilter AND \"host\" =~ /^$host$/ AND \"service\" =~ /^$service$/ AND \"pid\" =~ /^$pid$/";

def by_process: "\"host\", \"service\", \"pid\"";

# A series for each process.  Empty buckets are null, so that a gap stays one.
def each_process($columns):
	"SELECT \($columns) FROM \"memagent\" WHERE \(chosen) " +
	"GROUP BY time($__interval), \(by_process) fill(null)";

# One series: the sum over the processes, which are each reduced to ${column} AS "v" first.
def all_processes($column; $name):
	"SELECT sum(\"v\") AS \"\($name)\" FROM (SELECT \($column) AS \"v\" FROM \"memagent\" " +
	"WHERE \(chosen) GROUP BY time($__interval), \(by_process) fill(null)) " +
	"WHERE $timeFilter GROUP BY time($__interval) fill(null)";

def gauge($field): "last(\"\($field)\")";
def worst($field): "max(\"\($field)\")";
# Counters only ever go up, until another process begins at 0.
def rate($field): "non_negative_derivative(last(\"\($field)\"), 1s)";

def datasource: {type: "influxdb", uid: "${datasource}"};

def target($query; $alias):
	{datasource: datasource, rawQuery: true, query: $query, resultFormat: "time_series", alias: $alias};

def table_target($query):
	{datasource: datasource, rawQuery: true, query: $query, resultFormat: "table"};

def process: "$tag_service $tag_pid";

# "live" of the process with that service and pid.
def line_of($column; $name): target(each_process($column); "\($name)\(process)");
def line_of($column): line_of($column; "");

# ---- panels ----

def panel($type; $title; $description; $unit; $targets):
	{
		type: $type, title: $title, description: $description, datasource: datasource,
		targets: ($targets | to_entries | map(.value + {refId: ([65 + .key] | implode)})),
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
		legend: {showLegend: true, displayMode: "table", placement: "bottom", calcs: ["lastNotNull", "max"]},
		tooltip: {mode: "multi", sort: "desc"}
	};

def without_soft_min: del(.fieldConfig.defaults.custom.axisSoftMin);
def maximum($n): .fieldConfig.defaults.max = $n;

def stat($title; $description; $unit; $query):
	panel("stat"; $title; $description; $unit; [target($query; $title)])
	| .interval = "5s"
	| .fieldConfig.defaults.color = {mode: "fixed", fixedColor: "blue"}
	| .options = {
		reduceOptions: {calcs: ["lastNotNull"], fields: "", values: false},
		graphMode: "area", colorMode: "value", justifyMode: "auto", textMode: "value"
	};

# From red below ${levels[0]}'s value on; levels are pairs of colour and value.
def coloured($levels):
	.fieldConfig.defaults.color = {mode: "thresholds"}
	| .fieldConfig.defaults.thresholds = {
		mode: "absolute", steps: ($levels | map({color: .[0], value: .[1]}))
	};

def table($title; $description; $unit; $targets):
	panel("table"; $title; $description; $unit; $targets)
	| .options = {showHeader: true, cellHeight: "sm"};

def heatmap($title; $description; $unit; $query):
	panel("heatmap"; $title; $description; $unit; [target($query; "$col")])
	| .interval = "5s"
	| .options = {
		calculate: false, cellGap: 1, showValue: "never", rowsFrame: {layout: "le"},
		color: {mode: "scheme", scheme: "Oranges", steps: 64, reverse: false, scale: "exponential",
			exponent: 0.5, fill: "dark-orange"},
		filterValues: {le: 1e-9}, cellValues: {unit: $unit}, yAxis: {axisPlacement: "left"},
		tooltip: {mode: "single", yHistogram: false, showColorScale: false}, legend: {show: true}
	};

# ---- the page ----

# In: an array of rows {title, repeat?, panels: [[width, height, panel]...]}.  Panels stand side by side
# while they fit into the 24 columns.
def laid_out:
	reduce .[] as $row ({y: 0, id: 1, panels: []};
		.panels += [
			{type: "row", id: .id, title: $row.title, collapsed: false,
				gridPos: {x: 0, y: .y, w: 24, h: 1}, panels: []}
			+ if $row.repeat then {repeat: $row.repeat} else {} end]
		| .id += 1 | .y += 1 | .x = 0 | .high = 0
		| reduce $row.panels[] as [$w, $h, $panel] (.;
			if .x + $w > 24 then .y += .high | .x = 0 | .high = 0 else . end
			| .panels += [$panel + {id: .id, gridPos: {x: .x, y: .y, w: $w, h: $h}}]
			| .id += 1 | .x += $w | .high = ([.high, $h] | max))
		| .y += .high)
	| .panels;

# Its values are those of the processes that were there in the time that is shown.
def tag_variable($name; $caption; $conditions):
	("SELECT distinct(\"\($name)\") FROM (SELECT last(\"mallocs\") FROM \"memagent\" WHERE " +
		(["$timeFilter"] + $conditions | join(" AND ")) + " GROUP BY \"\($name)\")") as $query
	| {
		type: "query", name: $name, label: $caption, datasource: datasource,
		query: $query, definition: $query, refresh: 2, sort: 3, multi: true, includeAll: true,
		allValue: ".*", current: {selected: true, text: ["All"], value: ["$__all"]},
		options: [], hide: 0, regex: "", skipUrlSync: false
	};

def datasource_variable: {
	type: "datasource", name: "datasource", label: "Data source", query: "influxdb",
	current: {selected: true, text: "memagent", value: "memagent"},
	refresh: 1, hide: 0, regex: "", options: [], multi: false, includeAll: false, skipUrlSync: false
};

# The keys stand twice because Grafana moved them into target.
def annotation($event; $colour):
	({
		query: ("SELECT \"text\", \"service\", \"pid\" FROM \"memagent_event\" WHERE \(chosen) " +
			"AND \"event\" = '\($event)'"),
		textColumn: "text", tagsColumn: "service,pid"
	}) as $what
	| {name: "\($event)s", datasource: datasource, enable: true, hide: false, iconColor: $colour}
	+ $what + {target: ({refId: "Anno", rawQuery: true, resultFormat: "table", fromAnnotations: true} + $what)};

def dashboard($uid; $title; $description; $variables; $annotations; $links):
	{
		uid: $uid, title: $title, description: $description, tags: ["memagent"],
		schemaVersion: 39, version: 1, editable: true, graphTooltip: 1, timezone: "browser",
		time: {from: "now-15m", to: "now"}, refresh: "5s",
		timepicker: {refresh_intervals: ["1s", "5s", "30s", "1m", "5m", "30m"]},
		links: $links,
		templating: {list: ([datasource_variable] + $variables)},
		annotations: {list: $annotations},
		panels: laid_out
	};

def link_to($title; $uid):
	{type: "link", title: $title, url: "/d/\($uid)", icon: "dashboard", includeVars: true,
		keepTime: true, targetBlank: false, asDropdown: false, tags: [], tooltip: ""};
