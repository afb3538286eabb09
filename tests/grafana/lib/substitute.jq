# substitute.jq: a query as Grafana sends it to InfluxDB, and what comes back as Grafana reads it.

# In: a dashboard.  A row that is collapsed holds its panels itself; here they follow it.
def flat: .panels |= [.[] | if .type == "row" then .panels as $held | (.panels = []), $held[] else . end];

def regex_escaped: gsub("(?<c>[\\\\^$*+?.()|\\[\\]{}/])"; "\\\(.c)");

# A variable between /^ and $/: ".*" stands for all, one value for itself, several for (one|other).
def in_regex:
	if . == "all" then ".*"
	elif length == 1 then .[0] | regex_escaped
	else "(" + (map(regex_escaped) | join("|")) + ")"
	end;

def replaced($what; $by): split($what) | join($by);

# In: the query.  Times in ms; ${variables} as {host: "all" | [VALUE...], ...}; "largest" is "all" if it is not there.
def substituted($from; $to; $interval_ms; $variables):
	replaced("$timeFilter"; "time >= \($from)ms and time <= \($to)ms")
	| replaced("$__interval"; "\($interval_ms)ms")
	| replaced("${__to}"; "\($to)")
	| reduce ({largest: "all"} + $variables | to_entries[]) as $v (.;
		replaced("${\($v.key)}"; $v.value | in_regex) | replaced("$\($v.key)"; $v.value | in_regex));

# The longer of what the panel's points need (as many as it is wide, if it says nothing) and the least of the data
# source, which is 2s.
def interval_ms($from; $to): [($to - $from) / (.maxDataPoints // 1000), 2000] | max | floor;

# The values of a variable: of each row the second column, or the only one.
def variable_values: [.results[0].series[]?.values[] | .[1] // .[0]] | unique;
