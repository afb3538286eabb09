# substitute.jq: a query as Grafana sends it to InfluxDB, and what comes back as Grafana reads it.

def regex_escaped: gsub("(?<c>[\\\\^$*+?.()|\\[\\]{}/])"; "\\\(.c)");

# A variable between /^ and $/: ".*" stands for all, one value for itself, several for (one|other).
def in_regex:
	if . == "all" then ".*"
	elif length == 1 then .[0] | regex_escaped
	else "(" + (map(regex_escaped) | join("|")) + ")"
	end;

def replaced($what; $by): split($what) | join($by);

# In: the query.  Times in ms; ${variables} as {host: "all" | [VALUE...], ...}.
def substituted($from; $to; $interval_ms; $variables):
	replaced("$timeFilter"; "time >= \($from)ms and time <= \($to)ms")
	| replaced("$__interval"; "\($interval_ms)ms")
	| reduce ($variables | to_entries[]) as $v (.;
		replaced("${\($v.key)}"; $v.value | in_regex) | replaced("$\($v.key)"; $v.value | in_regex));

# "5s" in ms.
def duration_ms:
	capture("^(?<n>[0-9]+)(?<u>ms|s|m|h)$")
	| (.n | tonumber) * {ms: 1, s: 1000, m: 60000, h: 3600000}[.u];

# The longest of what the graph's width needs, the panel's own least and the data source's, which is 1s.
def interval_ms($from; $to):
	[($to - $from) / 1000, ((.interval // "1s") | duration_ms), 1000] | max | floor;

# The values of a variable: of each row the second column, or the only one.
def variable_values: [.results[0].series[]?.values[] | .[1] // .[0]] | unique;
