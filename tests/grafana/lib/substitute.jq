# substitute.jq: a query as Grafana sends it to InfluxDB, and what comes back as Grafana reads it.

# Input: a dashboard.  A collapsed row contains its panels; here they follow it.
def flat: .panels |= [.[] | if .type == "row" then .panels as $held | (.panels = []), $held[] else . end];

def regex_escaped: gsub("(?<c>[\\\\^$*+?.()|\\[\\]{}/])"; "\\\(.c)");

# A variable between /^ and $/: all values are ".*", one is itself, several are (one|other).
def in_regex:
	if . == "all" then ".*"
	elif length == 1 then .[0] | regex_escaped
	else "(" + (map(regex_escaped) | join("|")) + ")"
	end;

def replaced($what; $by): split($what) | join($by);

# In: the query.  Times in ms; ${variables} as {host: "all" | [VALUE...], ...}; a hidden one is "all" if it is not there.
def substituted($from; $to; $interval_ms; $variables):
	replaced("$timeFilter"; "time >= \($from)ms and time <= \($to)ms")
	| replaced("$__interval"; "\($interval_ms)ms")
	| replaced("${__to}"; "\($to)")
	| reduce ((["largest", "drawn_on", "flame", "functions", "growing", "large_services", "rising_services", "large_hosts", "rising_hosts"]
			| map({key: ., value: "all"}) | from_entries) + $variables | to_entries[]) as $v (.;
		replaced("${\($v.key)}"; $v.value | in_regex) | replaced("$\($v.key)"; $v.value | in_regex));

# The interval: enough for the panel's number of points (by default its width), and at least the data
# source's minimum, 2 s.
def interval_ms($from; $to): [($to - $from) / (.maxDataPoints // 1000), 2000] | max | floor;

# The values of a variable: the second column of each row, or the only one.
def variable_values: [.results[0].series[]?.values[] | .[1] // .[0]] | unique;
