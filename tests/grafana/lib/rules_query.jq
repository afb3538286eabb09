# rules_query.jq: what is wrong with the query of a panel.
#
# In: its text.  $fields: {NAME: {unit, kind, group}}, all that the tables declare.

# Names in double quotes that are neither tags, nor measurements, nor defined in the query.
def names:
	([match("AS \"([^\"]+)\""; "g").captures[0].string] +
		["host", "service", "pid", "pid_ns", "memagent", "memagent_event", "up", "down", "v", "text", "event"]) as $own
	| [match("\"([^\"]+)\""; "g").captures[0].string] | unique - $own;

def fields_of($fields): names | map(select($fields[.]));

def unknown($fields): names | map(select($fields[.] | not));

# Counters, quoted or not, outside of a non_negative_derivative of their last value in a bucket.  A
# derivative of their name in an inner query is fine, too.  "last(mallocs) AS v" within count() only
# asks whether there was a point.
def bare_counters($fields):
	. as $query
	| gsub("non_negative_derivative\\(last\\(\"[a-z_0-9]+\"\\), 1[sm]\\)"; "")
	| gsub("^SELECT count\\(\"v\"\\) AS \"processes\" FROM \\(SELECT last\\(\"mallocs\"\\) AS \"v\""; "")
	| gsub("(?<all>last\\(\"[a-z_0-9]+\"\\) AS \"(?<name>[^\"]+)\")";
		if .name as $name | $query | contains("non_negative_derivative(\"\($name)\", 1s)") then "" else .all end)
	| [match("[a-z_0-9]+"; "g").string | select($fields[.].kind == "counter")] | unique;

def by_process: "\"host\", \"service\", \"pid\", \"pid_ns\"";

# A table of last points has no buckets.
def of_last_points: startswith("SELECT last(") and endswith(" GROUP BY \(by_process)");

def buckets: "time($__interval, ${__to}ms)";

# The tags that each reading of points is grouped by.
def readings:
	(if of_last_points then . + " fill" else . end)
	| [match("FROM \"memagent\" WHERE (?<where>[^()]*) GROUP BY (?<by>.*?) fill"; "g").captures
		| map({key: .name, value: .string}) | from_entries];

# Gaps are not filled, except counts, with 0.
def filled_well:
	gsub("^SELECT count.* fill\\(0\\)$"; "")
	| test("fill\\((?!null\\)|none\\))") | not;

# ---- units ----

def per_second: contains("non_negative_derivative") and (contains(", 1s)"));
def per_minute: contains("derivative(") and (contains(", 1m)"));

def unit_of($unit):
	if startswith("SELECT count(") then "short"
	elif $unit == "bytes" then if per_second then "binBps" else "bytes" end
	elif $unit == "ns" then
		if per_second and contains(" / 1000000000") then "percentunit" elif per_second then "ns per second" else "ns" end
	elif $unit == "fraction" then "percentunit"
	elif $unit == "flag" then "none"
	elif per_second | not then "short"
	elif $unit == "objects" or $unit == "calls" then "ops"
	else "cps" end;

def units($fields): . as $query | fields_of($fields) | map($fields[.].unit as $unit | $query | unit_of($unit)) | unique;

# ---- InfluxDB 3 ----

# Its InfluxQL lacks SLIMIT and some functions, and long did not allow columns with and without a
# derivative in one query.
def unanswered_by_v3:
	([scan("\\b([a-z_]+)\\(")[]] | unique - ["count", "derivative", "difference", "distinct", "fill", "last", "max", "min",
		"non_negative_derivative", "now", "sum", "time", "top"] | .[] | "calls \(.)(), which InfluxDB 3 does not have"),
	(if test("\\bS(LIMIT|OFFSET)\\b") then "limits series, which InfluxDB 3 cannot" else empty end),
	(if any(scan("SELECT (.*?) FROM ")[]; test("derivative\\(") and (gsub("derivative\\((last|max|min)\\("; "") | test("\\b(last|max|min)\\(")))
		then "has columns with and without a derivative, which InfluxDB 3 may not answer" else empty end);

# ---- all of it ----

# $variables: those that choose processes.
def wrong_query($fields; $variables; $unit; $title):
	(if contains("$timeFilter") | not then "has no $timeFilter" else empty end),
	of_last_points as $whole
	| (if ($whole or contains("$__interval")) | not then "has no $__interval" else empty end),
	(if [match("time\\([^)]*\\)"; "g").string] | unique != (if $whole then [] else [buckets] end)
		then "has buckets that do not end with the time that is shown" else empty end),
	(if gsub("\\$timeFilter AND time < \\$\\{__to\\}ms"; "") | contains("$timeFilter") then "has the last instant as a bucket of its own" else empty end),
	# Grafana treats text between two slashes as a regular expression and escapes variables in it.
	(if ($title | contains("sizes, process $pid")) and contains("FROM (") then "asks for one process in several passes" else empty end),
	(if test("/.*[$]__interval.*/") then "has $__interval between slashes" else empty end),
	(if readings == [] then "reads no points" else empty end),
	(if (split("FROM \"memagent\"") | length) != (readings | length) + 1 then "reads points in an unknown way" else empty end),
	(readings[].where as $where | $variables[] | select(. as $v | $where | contains("\"\($v)\" =~ /^$\($v)$/") | not) | "does not go by the variable \(.)"),
	(readings[].by | select(. != if $whole then by_process else "\(buckets), \(by_process)" end) | "takes several processes for one"),
	(if filled_well then empty else "fills gaps" end),
	(match("\\b(last|max|min|mean|sum|count|first|derivative|difference)\\((?<name>[a-z_0-9]+)[,)]"; "g").captures[1].string | "names \(.) without quotes"),
	(bare_counters($fields)[] | "draws the counter \(.) without a derivative"),
	(unknown($fields)[] | "names \(.), which no table declares"),
	unanswered_by_v3,
	(units($fields) | select(. != [$unit]) | "is of the unit \(join(" and ")), not \($unit)"),
	(if per_minute != ($title | test("per minute")) then "is per minute, or its title says so, but not both" else empty end);
