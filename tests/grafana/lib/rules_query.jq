# rules_query.jq: what is wrong with the query of a panel.
#
# In: its text.  $fields: {MEASUREMENT: {NAME: {unit, kind, group}}}, all that the tables declare.

def measurements: ["memagent", "memagent_event", "memagent_site", "memagent_flame"];

# A query reads one measurement.
def measurement: [scan("FROM \"(memagent[a-z_]*)\"")[0]] | unique | if length == 1 then .[0] else "" end;

# Names in double quotes that are neither tags, nor measurements, nor defined in the query.
def names:
	([match("AS \"([^\"]+)\""; "g").captures[0].string] +
		["host", "service", "pid", "pid_ns", "site", "function", "v", "s", "text", "event"] + measurements) as $own
	| [match("\"([^\"]+)\""; "g").captures[0].string] | unique - $own;

# Those of what it reads.
def table($fields): $fields[measurement] // {};

def fields_of($fields): table($fields) as $table | names | map(select($table[.]));

def unknown($fields): table($fields) as $table | names | map(select($table[.] | not));

# Counters, quoted or not, outside of a non_negative_derivative of their last value in a bucket.  A
# derivative of their name in an inner query is fine, too.  "last(mallocs) AS v" within count() only
# asks whether there was a point.
def bare_counters($fields):
	. as $query
	| gsub("non_negative_derivative\\(last\\(\"[a-z_0-9]+\"\\), 1[sm]\\)"; "")
	| gsub("^SELECT count\\(\"v\"\\) AS \"processes\" FROM \\(SELECT last\\(\"mallocs\"\\) AS \"v\""; "")
	| gsub("(?<all>last\\(\"[a-z_0-9]+\"\\) AS \"(?<name>[^\"]+)\")";
		if .name as $name | $query | contains("non_negative_derivative(\"\($name)\", 1s)") then "" else .all end)
	| [match("[a-z_0-9]+"; "g").string | select(($query | table($fields))[.].kind == "counter")] | unique;

def by_process: "\"host\", \"service\", \"pid\", \"pid_ns\"";

# What a series of the points is.
def each_series: by_process + if measurement == "memagent_site" then ", \"site\", \"function\"" else "" end;

# A table of the last points has no buckets; nor has what reads only the end of the time that is shown.
def of_last_points: startswith("SELECT last(") and endswith(" GROUP BY \(each_series)") and (contains("derivative(") | not);
def of_the_end: test("AND time >= \\$\\{__to\\}ms - [0-9]+m ");
def without_buckets: of_last_points or of_the_end and (contains("derivative(") | not);
def is_flame: measurement == "memagent_flame";

def buckets: "time($__interval, ${__to}ms)";

# The tags that each reading of points is grouped by.
def readings:
	(if without_buckets or is_flame then . + " fill" else . end)
	| [match("FROM \"memagent(_site|_flame)?\" WHERE (?<where>[^()]*?)( GROUP BY (?<by>.*?))?( fill|\\) WHERE)"; "g").captures
		| map(select(.name) | {key: .name, value: .string}) | from_entries];

# Gaps are not filled, except counts, with 0.
def filled_well:
	gsub("^SELECT count\\(\"v\"\\).* fill\\(0\\)$"; "")
	| test("fill\\((?!null\\)|none\\))") | not;

# ---- units ----

def per_second: contains("non_negative_derivative") and (contains(", 1s)"));
def per_minute: contains("derivative(") and (contains(", 1m)"));

def unit_of($unit):
	if startswith("SELECT count(") then "short"
	elif $unit == "bytes/s" then "binBps"
	elif $unit == "text" then "none"
	elif $unit == "bytes" then if per_second then "binBps" else "bytes" end
	elif $unit == "ns" then
		if per_second and contains(" / 1000000000") then "percentunit" elif per_second then "ns per second" else "ns" end
	elif $unit == "fraction" then "percentunit"
	elif $unit == "flag" then "none"
	elif per_second | not then "short"
	elif $unit == "objects" or $unit == "calls" then "ops"
	else "cps" end;

def units($fields): . as $query | table($fields) as $table | fields_of($fields) | map($table[.].unit as $unit | $query | unit_of($unit)) | unique;

# {COLUMN: what it is of the points}: names that a query within the query gives are replaced by what they stand for.
def columns:
	[scan("SELECT (.*?) FROM ")[0] | gsub(", (?<u>1[sm])\\)"; ";\(.u))") | split(", ")
		| map(gsub(";(?<u>1[sm])\\)"; ", \(.u))") | capture("^((?<is>.*) AS )?\"(?<name>[^\"]+)\"$") | {key: .name, value: (.is // "\"\(.name)\"")})
		| from_entries] as $selects
	| $selects[0] | map_values(reduce $selects[1:][] as $inner (.; gsub("\"(?<n>[^\"]+)\""; $inner[.n] // "\"\(.n)\"")));

# In: a table's query.  $shown: {COLUMN: UNIT}, of the panel; "" is that of the others.
def wrong_columns_units($fields; $shown):
	table($fields) as $table | columns | to_entries[] | .key as $name | .value
	| ([scan("\"([^\"]+)\"")[0]] | unique | map(select($table[.])) | .[0]) as $field | select($field and $table[$field].unit != "text")
	| (if contains("count(") then "short" else unit_of($table[$field].unit) end) as $unit
	| select($unit != ($shown[$name] // $shown[""])) | "has the column \($name) in the unit \($shown[$name] // $shown[""]), not \($unit)";

# ---- InfluxDB 3 ----

# Its InfluxQL lacks SLIMIT and some functions, and long did not allow columns with and without a
# derivative in one query.  A query within another is left out if only its tags are asked for (from_drop_empty
# of iox_query_influxql/src/plan/rewriter.rs).
def unanswered_by_v3:
	([scan("\\b([a-z_]+)\\(")[]] | unique - ["count", "derivative", "difference", "distinct", "fill", "first", "last", "max", "min",
		"non_negative_derivative", "now", "sum", "time", "top"] | .[] | "calls \(.)(), which InfluxDB 3 does not have"),
	([scan("SELECT (.*?) FROM ")[0]] as $selects | range($selects | length - 1) as $i
		| [$selects[$i] | gsub(" AS \"[^\"]+\""; "") | scan("\"[^\"]+\"")] | select(all(.[]; . as $name | $selects[$i + 1] | contains($name) | not))
		| "takes \(first) from a query that does not select it, which InfluxDB 3 leaves out"),
	(if test("\\bS(LIMIT|OFFSET)\\b") then "limits series, which InfluxDB 3 cannot" else empty end),
	(if any(scan("SELECT (.*?) FROM ")[]; test("derivative\\(") and (gsub("derivative\\((last|max|min)\\("; "") | test("\\b(last|max|min)\\(")))
		then "has columns with and without a derivative, which InfluxDB 3 may not answer" else empty end);

# ---- all of it ----

# $variables: those that say which processes.  $panel: whose query it is.
def wrong_query($fields; $variables; $panel):
	($panel.title // "") as $title | $panel.fieldConfig.defaults.unit as $unit |
	(if contains("$timeFilter") | not then "has no $timeFilter" else empty end),
	(without_buckets or is_flame) as $whole
	| (if ($whole or contains("$__interval")) | not then "has no $__interval" else empty end),
	(if [match("time\\([^)]*\\)"; "g").string] | unique != (if $whole then [] else [buckets] end)
		then "has buckets that do not end with the time that is shown" else empty end),
	(if gsub("\\$timeFilter AND time < \\$\\{__to\\}ms"; "") | contains("$timeFilter") then "has the last instant as a bucket of its own" else empty end),
	# Grafana treats text between two slashes as a regular expression and escapes variables in it.
	(if ($title | contains("sizes, process $pid")) and contains("FROM (") then "asks for one process in several passes" else empty end),
	(if test("/.*[$]__interval.*/") then "has $__interval between slashes" else empty end),
	(if readings == [] then "reads no points" else empty end),
	(if (split("FROM \"memagent") | length) != (readings | length) + 1 then "reads points in an unknown way" else empty end),
	(readings[].where as $where | $variables[] | select(. as $v | $where | contains("\"\($v)\" =~ /^$\($v)$/") | not) | "does not go by the variable \(.)"),
	(each_series as $each | is_flame as $flame | readings[].by
		| select(. != if $flame then null elif $whole then $each else "\(buckets), \($each)" end) | "takes several processes for one"),
	(if filled_well then empty else "fills gaps" end),
	(match("\\b(last|max|min|mean|sum|count|first|derivative|difference)\\((?<name>[a-z_0-9]+)[,)]"; "g").captures[1].string | "names \(.) without quotes"),
	(bare_counters($fields)[] | "draws the counter \(.) without a derivative"),
	(unknown($fields)[] | "names \(.), which no table declares"),
	unanswered_by_v3,
	# A table has a unit for each column.
	(units($fields) | select($panel.type != "table" and $panel.type != "flamegraph" and . != [$unit]) | "is of the unit \(join(" and ")), not \($unit)"),
	(if (if $panel.type == "table" then any($panel.targets[].query; per_minute) else per_minute end) != ($title | test("per minute")) then "is per minute, or its title says so, but not both" else empty end);
