# rules.jq: what is wrong with a dashboard, a line each.
include "rules_query";
include "rules_panel";

# Required: the panels of each row, and each dashboard's variables after the data source.
def required:
	{
	memagent: {
		variables: ["host", "service", "pid"],
		hidden: ["largest", "drawn_on", "flame", "functions", "growing"],
		one: ["flame"],
		open: ["Overview", "Where"],
		events: ["start", "exit", "leak", "no leak", "resident growth", "no resident growth"],
		rows: {
			"Overview": ["Live bytes", "Live objects", "Resident set", "Objects made", "Growth per minute",
				"Processes by live bytes"],
			"Where": ["Call sites by live bytes, and growth per minute", "Live bytes by function", "Growth per minute by function",
				"Live bytes by stack, process $flame", "Exact live bytes, and the sum of call sites"],
			"Process": ["Threads and arenas", "Sys", "Stack of the main thread"],
			"Heap": ["Heap objects", "Overall heap usage"],
			"Allocations": ["Mallocs and frees per second", "Bytes allocated per second"],
			"Trim: empty unless MEMAGENT_TRIM_INTERVAL is set": ["Share of processor time spent on trimming", "Trims per second",
				"Pause of a trim", "Given back per second"],
			"Sizes": ["Requested sizes"],
			"Process $pid of $service": ["Live and resident, process $pid", "Live objects, process $pid"],
			"The agent itself": ["Points dropped and deliveries failed per second", "Points waiting", "Lateness",
				"Cost: processor time", "Cost: memory", "Coverage"]
		}
	},
	"memagent-fleet": {
		variables: ["host", "service"],
		hidden: ["large_services", "rising_services", "large_hosts", "rising_hosts"],
		one: [],
		events: [],
		rows: {
			"Who leaks": ["Functions by what they leak, and growth per minute"],
			"Who holds most": ["Services by live bytes", "Hosts by live bytes"],
			"Who grows most": ["Services by growth per minute", "Hosts by growth per minute"]
		}
	}
	};

def graphs: [.panels[] | select(.type != "row")];

# {ROW: [PANEL...]} by title.
def rows: reduce .panels[] as $p ({}; if $p.type == "row" then .row = $p.title | .all[.row] = [] else .all[.row] += [$p.title] end) | .all;

def of_rows($required):
	rows as $rows
	| ($required.rows | to_entries[] | .key as $row | .value[] | select(. as $p | $rows[$row] // [] | index([$p]) | not)
		| "has no panel \"\(.)\" in a row \"\($row)\""),
	([.panels[] | select(.repeat) | [.title, .repeat]] | select(. != (if $required.rows["Process $pid of $service"] then [["Process $pid of $service", "pid"]] else [] end))
		| "does not repeat its row of one process by pid"),
	(if .uid == "memagent" then .panels[] | select(.type == "row" and .collapsed != (.title | IN($required.open[]) | not))
		| "has the row \"\(.title)\" \(if .collapsed then "collapsed" else "open" end)" else empty end),
	(.panels[] | select(.title == "Requested sizes" and .type != "heatmap") | "has no heatmap of the sizes"),
	(if .uid == "memagent-fleet" then graphs[] | (if .title | test("[Hh]ost") then "host" else "service" end) as $tag
		| select(.type != "table" and (all(.targets[].query; endswith("GROUP BY \(buckets), \"\($tag)\" fill(null)")) | not)) | "panel \(.id) \"\(.title)\" is not by \($tag)"
	else empty end),
	(if .uid == "memagent-fleet" then graphs[] | select(.type == "table" and any(.targets[].query; endswith("GROUP BY \"site\", \"function\"") | not))
		| "panel \(.id) \"\(.title)\" has several rows for a call site"
	else empty end);

def overlaps($a; $b):
	$a.x < $b.x + $b.w and $b.x < $a.x + $a.w and $a.y < $b.y + $b.h and $b.y < $a.y + $a.h;

def of_page:
	(if (.uid // "") == "" then "has no uid" else empty end),
	(if (.schemaVersion // 0) < 39 then "has the old schema \(.schemaVersion)" else empty end),
	(if ([.panels[].id] | unique | length) != (.panels | length) then "has an id twice" else empty end),
	(([graphs[].title] | group_by(.)[] | select(length > 1)[0] | "has the title \"\(.)\" twice")),
	(.panels[] | select(.gridPos.x + .gridPos.w > 24) | "panel \(.id) is wider than the page"),
	(.panels as $p | range($p | length) as $i | range($i + 1; $p | length) as $j
		| select(overlaps($p[$i].gridPos; $p[$j].gridPos)) | "panels \($p[$i].id) and \($p[$j].id) overlap"),
	(if any(.. | strings; test("https?://")) then "has an address in it" else empty end);

# Grafana replaces only the first of each of these two, as JavaScript's replace() does.
def one_time_filter: [match("\\$timeFilter"; "g")] | length == 1;

def of_variables($required; $fields):
	(if .templating.list[0].type != "datasource" then "the first variable is not the data source" else empty end),
	(if [.templating.list[].name] != ["datasource"] + $required.variables + $required.hidden
		then "has the variables \([.templating.list[].name] | join(", "))" else empty end),
	(.templating.list as $all | range(1; $all | length) as $i | $all[$i]
		| (if .hide != (if .name | IN($required.hidden[]) then 2 else 0 end) then "is hidden, or is not" else empty end),
		(if [.multi, .includeAll] != (if .name | IN($required.one[]) then [false, false] else [true, true] end)
			then "takes one value only, or does not" else empty end),
		(if .skipUrlSync != (.name | IN($required.one[])) then "is kept in links, or is not" else empty end),
		(if .refresh != 2 then "is not asked anew when the time changes" else empty end),
		(if our_datasource then empty else "does not use ${datasource}" end),
		(if .query | one_time_filter | not then "has not one $timeFilter" else empty end),
		(.query as $q | range(1; $i) | $all[.].name | select(IN($required.variables[])) | select(. as $n | $q | contains("\"\($n)\" =~ /^$\($n)$/") | not)
			| "is not chained to \(.)"),
		(.query | unanswered_by_v3),
		(.query | unknown($fields)[] | "names \(.), which no table declares")
		| "variable \($all[$i].name) \(.)");

def of_annotations($required):
	($required.events[] as $event
		| [.annotations.list[] | select(.enable and (.query | contains("FROM \"memagent_event\"") and contains("\"event\" = '\($event)'")))]
		| if length != 1 then "\($event)s are shown \(length) times" else empty end),
	(.annotations.list[] |
		(if our_datasource then empty else "does not use ${datasource}" end),
		(if .query | one_time_filter | not then "has not one $timeFilter" else empty end),
		(.query as $q | $required.variables[] | select(. as $v | $q | contains("\"\($v)\" =~ /^$\($v)$/") | not)
			| "does not go by the variable \(.)"),
		(if .titleColumn != "service" or .target.titleColumn != "service" or (.query | contains("\"service\", \"host\"") | not)
			then "has no title" else empty end),
		(if .query != .target.query then "asks two things" else empty end)
		| "annotation \(.)");

# In: the dashboard.  $fields: {MEASUREMENT: {NAME: {unit, kind, group}}} for all that the tables declare.
def broken_rules($fields):
	(required[.uid // ""] // required.memagent) as $required
	| of_page, of_rows($required), of_variables($required; $fields), of_annotations($required), (graphs[] | wrong_panel($fields; $required.variables));
