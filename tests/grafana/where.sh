#!/bin/sh
# The row "Where" and the fleet's table of leaks.  The flame graph's panel gets one whole snapshot, the
# latest one of one process, in order.  A table has a row for each call site, with all its columns.
#
# shellcheck disable=SC2016 # jq's and Grafana's variables
. "$(dirname "$0")/../e2e/lib/influx.sh"

command -v jq >/dev/null || skip "jq is not installed"
lib=$root/tests/grafana/lib
from=1700000000
to=$((from + 900))
influxd_start "$work/influxdb"

write()
{
	curl -s -f -X POST --data-binary "@$1" "$INFLUXD_URL/write?db=$2" || fail "the points were not taken"
}

# ask DATABASE DASHBOARD TITLE [CHANGE] [VARIABLES]: print what the panel shows, as frames.  jq's CHANGE changes the panel.
ask()
{
	jq -L "$lib" --arg title "$3" 'include "substitute"; flat | .panels[] | select(.title | startswith($title)) | '"${4:-.}" \
		"$root/grafana/dashboards/$2.json" >"$work/panel"
	jq -r -L "$lib" --argjson from $from --argjson to $to --argjson variables "{\"host\": \"all\", \"service\": \"all\", \"pid\": \"all\", ${5:-\"flame\": [\"2\"]}}" '
		include "substitute"; (if .interval == "1m" then 60000 else 20000 end) as $ms
		| [.targets[].query | substituted($from * 1000; $to * 1000; $ms; $variables)] | join(";\n")' "$work/panel" >"$work/query"
	influxd_query "$1" "$(cat "$work/query")" >"$work/answer" || fail "the query: $(cat "$work/answer")"
	jq -c -L "$lib" --slurpfile answer "$work/answer" 'include "shown"; shown($answer[0].results)' "$work/panel"
}

# rows FRAMES: print the rows of the first frame, one a line.
rows()
{
	echo "$1" | jq -r '.[0].fields | map(.values) | transpose[] | map(. // "-" | tostring) | join(" ")'
}

# ---- the flame graph ----

# A snapshot a minute of processes 1 and 2; later ones have other nodes, and the last of process 2 has fewer.
influxd_query '' 'CREATE DATABASE flame' >/dev/null
awk -v from=$from '
function node(level, value, self, label) {
	printf "memagent_flame,host=h,service=s,pid=%d,allocator=glibc level=%di,value=%di,self=%di,label=\"%s\" %d%03d%06d\n",
	    pid, level, value, self, label, from + t, pid, 400 + n++
}
function snapshot() {
	n = 0
	node(0, 100 + t, 0, "all")
	node(1, 60 + t, 10, "main \\\"x\\\"")
	node(2, 50 + t, 50 + t, "7")
	if (pid == 1 || t < 800)
		node(2, 0, 0, "early")
	node(1, 40, 40, "start")
}
BEGIN {
	for (t = 0; t < 900; t += 60)
		for (pid = 1; pid <= 2; pid++)
			snapshot()
}' >"$work/points"
write "$work/points" flame
snapshot='0 940 0 all
1 900 10 main "x"
2 890 890 7
1 40 40 start'
flame='Live bytes by stack'
expect_equal "the flame graph" "$snapshot" "$(rows "$(ask flame memagent "$flame")")"
expect_equal "its columns" '["level","value","self","label"]' "$(ask flame memagent "$flame" | jq -c '[.[0].fields[].name]')"

# This can fail: in the order of time the first frame is an old snapshot, and all rows together have many roots.
expect_equal "the oldest snapshot" '0 100 0 all' "$(rows "$(ask flame memagent "$flame" 'del(.transformations[0])')" | head -n 1)"
expect_equal "roots of all snapshots" 15 "$(rows "$(ask flame memagent "$flame" '.transformations = []')" | grep -c 'all')"
# With the newest first in the query, children come before their parents.
expect_equal "the newest first" '1 40 40 start' "$(rows "$(ask flame memagent "$flame" '.targets[0].query += " ORDER BY time DESC"')" | head -n 1)"

# Two containers with one number: the graph is of one of them.
sed 's/pid=1,/pid=2,pid_ns=4026532001,/' "$work/points" >"$work/more"
write "$work/more" flame
expect_equal "one container" 4 "$(rows "$(ask flame memagent "$flame")" | grep -c .)"
expect_equal "snapshots" 30 "$(ask flame memagent "$flame" | jq length)"

# ---- the tables ----

# A point every 10 s.  The site "leaks" on two hosts, in three processes of which one ended early; "holds" in one, whose
# agent gives no verdict.
influxd_query '' 'CREATE DATABASE sites' >/dev/null
awk -v from=$from '
function site(host, pid, name, id, live, made, verdict) {
	printf "memagent_site,host=%s,service=s,pid=%d,allocator=glibc,site=%s,function=%s live_bytes=%di,live_bytes_error=%di,alloc_bytes=%di,oldest_ns=%d000000000i%s %d000000000\n",
	    host, pid, id, name, live, live / 10, made, t, verdict, from + t
}
BEGIN {
	leak = ",verdict=\"leak\",leak_bytes_per_s=1000i"
	for (t = 0; t < 900; t += 10) {
		site("a", 1, "leaks", "00c0ffee00c0ffee", 1000 * t, 3000 * t, t < 100 ? ",verdict=\"growing\",leak_bytes_per_s=0i" : leak)
		site("b", 2, "leaks", "00c0ffee00c0ffee", 2000 * t, 2000 * t, leak)
		if (t < 300)
			site("b", 3, "leaks", "00c0ffee00c0ffee", 1e9, 2e9, leak)
		site("a", 1, "holds", "0123456789abcdef", 5000000, 5000000 + 100 * t, "")
	}
}' >"$work/points"
write "$work/points" sites

# columns: print the names of the first frame's columns.
columns()
{
	jq -r '.[0].fields[].name' | paste -sd , -
}
expect_equal "columns of the table" \
	'function,live,± error,growth a minute,made a second,oldest,verdict,service,host,pid,pid_ns,site' \
	"$(ask sites memagent 'Call sites by live bytes' | columns)"
expect_equal "call sites" 'holds 5000000 500000 0 100 890000000000 - s a 1  0123456789abcdef
leaks 1000000000 100000000 - - 290000000000 leak s b 3  00c0ffee00c0ffee
leaks 1780000 178000 120000 2000 890000000000 leak s b 2  00c0ffee00c0ffee
leaks 890000 89000 60000 3000 890000000000 leak s a 1  00c0ffee00c0ffee' "$(rows "$(ask sites memagent 'Call sites by live bytes')" | sort)"
expect_equal "columns of the fleet's table" 'function,leak a second,growth a minute,live,processes,site' \
	"$(ask sites fleet 'Functions by what they leak' | columns)"
fleet='holds - 0 5000000 1 0123456789abcdef
leaks 2000 180000 2670000 2 00c0ffee00c0ffee'
expect_equal "functions of the fleet" "$fleet" "$(rows "$(ask sites fleet 'Functions by what they leak')" | sort)"

# This can fail: processes that have ended spoil the sums, and rows with times find no partner.
[ "$(rows "$(ask sites fleet 'Functions by what they leak' '.targets[].query |= gsub(" - 3m"; " - 15m")')" | sort)" != "$fleet" ] ||
	fail "processes that have ended make no difference"
expect_equal "rows with times" 7 "$(rows "$(ask sites memagent 'Call sites by live bytes' 'del(.transformations[0])')" | grep -c .)"

# ---- the variables ----

# choose NAME: print the values of the variable.
choose()
{
	jq -r -L "$lib" --arg name "$1" --argjson from $from --argjson to $to 'include "substitute"; .templating.list[] | select(.name == $name).query
		| substituted($from * 1000; $to * 1000; 1000; {host: "all", service: "all", pid: "all"})' "$root/grafana/dashboards/memagent.json" >"$work/query"
	influxd_query sites "$(cat "$work/query")" >"$work/answer" || fail "the variable $1: $(cat "$work/answer")"
	jq -c -L "$lib" 'include "substitute"; variable_values' "$work/answer"
}
awk -v from=$from 'BEGIN {
	for (i = 0; i < 20; i++)
		for (pid = 1; pid <= 2; pid++)
			for (t = 0; t < 900; t += 30)
				printf "memagent_site,host=h,service=s,pid=%d,site=%016d,function=f%02d%s live_bytes=%di %d000000000\n",
				    pid, pid * 100 + i, i, i == 3 ? "/(.*)" : "", 1e7 + i * 100000 + (20 - i) * 1000 * t, from + t
	printf "memagent,host=h,service=s,pid=7 sites_live_bytes=7i %d000000000\n", from + 10
	printf "memagent,host=h,service=s,pid=8 sites_live_bytes=8i %d000000000\n", from + 20
	printf "memagent,host=h,service=s,pid=9 heap_alloc_bytes=9i %d000000000\n", from + 20
}' >"$work/points"
write "$work/points" sites
# Each in two processes.  f19 holds 11.9 MB at first and grows to 12.8; f00 from 10 to 27.4.  The leaks of before are of 1 GB.
expect_equal "the functions that hold most" '["f00","f01","f02","f03/(.*)","f04","f05","f06","f07","f08","leaks"]' "$(choose functions)"
expect_equal "the functions that grew most" '["f00","f01","f02","f03/(.*)","f04","f05","f06","f07","f08","f09"]' "$(choose growing)"
expect_equal "the process with a flame graph" '["8"]' "$(choose flame)"

# The functions are in a regular expression between two slashes.
ten='"functions": ["f00", "f01", "f02", "f03/(.*)"], "growing": ["f03/(.*)", "f04"], "flame": ["1"]'
expect_equal "functions that are drawn" '["f00","f01","f02","f03/(.*)"]' \
	"$(ask sites memagent 'Live bytes by function' '.transformations = []' "$ten" >/dev/null && jq -c '[.results[0].series[].tags.function]' "$work/answer")"
expect_equal "growth a minute" '{"f03/(.*)":[2040000],"f04":[1920000]}' \
	"$(ask sites memagent 'Growth per minute by function' '.transformations = []' "$ten" >/dev/null &&
		jq -c '[.results[0].series[] | {key: .tags.function, value: ([.values[][1] | values] | unique)}] | from_entries' "$work/answer")"
