# rules.jq: what is wrong with a dashboard, a line each.
#
# In: the dashboard.  Argument: $declared, the names of all fields.

def graphs: [.panels[] | select(.type != "row")];

# Names between double quotes that are neither tags, nor measurements, nor given in the query itself.
def fields_of:
	([match("AS \"([^\"]+)\""; "g").captures[0].string] +
		["host", "service", "pid", "memagent", "memagent_event", "v", "text", "event"]) as $own
	| [match("\"([^\"]+)\""; "g").captures[0].string] | unique - $own;

def cumulative:
	test("^(mallocs|frees|reallocs|failed_allocs|total_.*|minor_faults|major_faults|cpu_.*_ns|agent_cpu_ns|agent_points_dropped|agent_send_errors|trims|trim_pause_total_ns|trim_released_bytes|sizes_.*)$");

# Occurrences of each cumulative field outside of a non_negative_derivative or _difference of it, or of the name
# that it has in a query within the query; "last(mallocs) AS v" within count(), and as "made" > 0, only asks whether
# there was a point.
def bare_counters:
	. as $query
	| gsub("non_negative_(derivative|difference)\\([a-z]+\\(\"[a-z_0-9]+\"\\)(, 1s)?\\)"; "")
	| gsub("SELECT count\\(\"v\"\\) AS \"processes\" FROM \\(SELECT last\\(\"mallocs\"\\)"; "")
	| gsub("last\\(\"mallocs\"\\) AS \"made\" (?<rest>.*WHERE \"made\" > 0)"; "\(.rest)")
	| gsub("(?<all>last\\(\"[a-z_0-9]+\"\\) AS \"(?<name>[^\"]+)\")";
		if .name as $name | $query | contains("non_negative_derivative(\"\($name)\", 1s)") then "" else .all end)
	| fields_of | map(select(cumulative));

def unknown($names): $names - $declared;

def queries_of_panel: .targets[].query;

def of_panel:
	"panel \(.id) \"\(.title // "")\"" as $which
	| (if (.title // "") == "" then "has no title" else empty end),
	(if (.description // "") == "" then "has no description" else empty end),
	(if (.fieldConfig.defaults.unit // "") == "" then "has no unit" else empty end),
	(if .datasource != {type: "influxdb", uid: "${datasource}"} then "does not use ${datasource}" else empty end),
	(if [.type] | inside(["timeseries", "stat", "heatmap", "table", "bargauge"]) | not
		then "is a \(.type)" else empty end),
	(if .type == "timeseries" and ((.fieldConfig.defaults.custom.spanNulls | type) != "number" and
		.fieldConfig.defaults.custom.spanNulls != false) then "connects gaps" else empty end),
	(if (.targets // []) == [] then "asks nothing" else empty end),
	((.targets // [])[] |
		(if .datasource != {type: "influxdb", uid: "${datasource}"} then "\(.refId) does not use ${datasource}" else empty end),
		(if .rawQuery != true then "\(.refId) is not a raw query" else empty end),
		(if .query | contains("$timeFilter") | not then "\(.refId) has no $timeFilter" else empty end),
		(if .query | contains("$__interval") | not then "\(.refId) has no $__interval" else empty end),
		(.refId as $ref | .query | bare_counters[] | "\($ref) draws the counter \(.) without a derivative"),
		(.refId as $ref | unknown(.query | fields_of)[] | "\($ref) names \(.), which no table declares"))
	| "\($which) \(.)";

def overlaps($a; $b):
	$a.x < $b.x + $b.w and $b.x < $a.x + $a.w and $a.y < $b.y + $b.h and $b.y < $a.y + $a.h;

def of_page:
	(if (.uid // "") == "" then "has no uid" else empty end),
	(if (.schemaVersion // 0) < 36 then "has the old schema \(.schemaVersion)" else empty end),
	(if ([.panels[].id] | unique | length) != (.panels | length) then "has an id twice" else empty end),
	(([graphs[].title] | group_by(.)[] | select(length > 1)[0] | "has the title \"\(.)\" twice")),
	(.panels[] | select(.gridPos.x + .gridPos.w > 24) | "panel \(.id) is wider than the page"),
	(.panels as $p | range($p | length) as $i | range($i + 1; $p | length) as $j
		| select(overlaps($p[$i].gridPos; $p[$j].gridPos)) | "panels \($p[$i].id) and \($p[$j].id) overlap"),
	(if any(.. | strings; test("https?://")) then "has an address in it" else empty end);

# JavaScript's replace() of a text takes the first only, and so does Grafana for these two.
def one_time_filter: [match("\\$timeFilter"; "g")] | length == 1;

def of_variables:
	(if .templating.list[0].type != "datasource" then "the first variable is not the data source" else empty end),
	(.templating.list as $all | range(1; $all | length) as $i | $all[$i]
		| (if .multi != true or .includeAll != true then "takes one value only" else empty end),
		(if .refresh != 2 then "is not asked anew when the time changes" else empty end),
		(if .query | one_time_filter | not then "has not one $timeFilter" else empty end),
		(.query as $q | range(1; $i) | $all[.].name | select(. as $n | $q | contains("=~ /^$\($n)$/") | not)
			| "is not chained to \(.)"),
		(unknown(.query | fields_of)[] | "names \(.), which no table declares")
		| "variable \($all[$i].name) \(.)"),
	([.templating.list[].name] as $names | ["host", "service"] - $names | .[] | "there is no variable \(.)");

def of_annotations:
	(if .uid == "memagent" and ([.annotations.list[] | select(.enable and (.query | contains("\"memagent_event\"")))] | length) < 2
		then "starts and exits are not shown" else empty end),
	(.annotations.list[] |
		(if .query | one_time_filter | not then "has not one $timeFilter" else empty end),
		(if .query != .target.query then "asks two things" else empty end)
		| "annotation \(.)");

[of_page, of_variables, of_annotations, (graphs[] | of_panel)] | .[]
