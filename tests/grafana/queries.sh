#!/bin/sh
# limit: 240
# Every query of every panel, variable and annotation, with macros replaced as Grafana does, returns
# rows from a real InfluxDB filled by real servers.  What a panel draws agrees with the points and
# with what the servers did.
#
# shellcheck disable=SC2016,SC2086 # jq's and Grafana's variables; words
. "$(dirname "$0")/../e2e/lib/influx.sh"

lib=$root/tests/grafana/lib
server=$build/demo-server
requests=80 # of 100 ms
each=102    # objects that a request makes

for program in jq curl; do
	command -v $program >/dev/null || skip "$program is not installed"
done
[ -e "$server" ] || fail "$server is missing"

# start_served NAME SERVICE MODE [ALLOCATOR]: start a server with the agent.  Its address is in $NAME.url,
# its process id in $NAME.pid.
start_served()
{
	LD_PRELOAD="$build/libmemagent.so${4:+:$4}" MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=250ms \
		MEMAGENT_SERVICE="$2" MEMAGENT_TRIM_INTERVAL=500ms MEMAGENT_ALLOCATOR_INTERVAL=1s \
		MEMAGENT_SITES_INTERVAL=500ms \
		"$server" 0 "$3" >"$work/$1.out" 2>"$work/$1.err" &
	echo $! >"$work/$1.pid"
	children="$children $!"
	wait_until "the server did not start" grep -qs '^listening on ' "$work/$1.out"
	sed -n 's|^listening on \(.*\)|http://\1/v1/push|p' "$work/$1.out" >"$work/$1.url"
	await_rows memagent 'SELECT mallocs FROM memagent'
}

# One request after another, on one connection.
push()
{
	url=$(cat "$work/$1.url")
	yes "url = \"$url\"" | head -n $requests | curl -s -K - >/dev/null
}

# ask QUERIES: print the answers to this JSON array of queries, in order.
ask()
{
	influxd_query memagent "$(jq -r 'join(";\n")' "$1")"
}

# ---- the run ----

from=$(($(date +%s) * 1000 - 1000))
influxd_start "$work/influxdb"
start_served shop shop global
# A name with all special characters of regular expressions.
start_served odd 'shop.b/(2)|x+' local
# glibc reports less than jemalloc.
jemalloc=$(find /usr/lib -name libjemalloc.so.2 | head -n 1)
servers='shop odd'
if [ -n "$jemalloc" ]; then
	start_served jemalloc jemalloc cache "$jemalloc"
	servers='shop odd jemalloc'
fi
# Past the first second, which is the first bucket.
sleep 1.5
pushes=
for name in $servers; do
	push "$name" &
	pushes="$pushes $!"
done
wait $pushes
sleep 1
# All still run, because a stat shows running processes.
to=$(date +%s%3N)
for name in $servers; do
	status=0
	influxd_end_process "$(cat "$work/$name.pid")" || status=$?
	[ $status -eq 0 ] || fail "the server $name ended with status $status: $(cat "$work/$name.err")"
	[ ! -s "$work/$name.err" ] || fail "the server $name said: $(cat "$work/$name.err")"
done
children=
# Call sites that move out of "other" leave it less, so a last rate is not known.  And there are more
# functions than the ten that are shown.
for age in 7:30 5:40 3:50 1:20; do
	for n in 1 2 3 4 5 6 7 8 9 10 11; do
		echo "memagent_site,host=$(uname -n),service=shop,pid=$(cat "$work/shop.pid"),site=$n,function=falls_$n" \
			"live_bytes=${age#*:}i,live_bytes_error=0i,alloc_bytes=${age#*:}i,oldest_ns=0i $((to - ${age%:*} * 1000))000000"
	done
done >"$work/falls"
curl -s -f -X POST --data-binary "@$work/falls" "$INFLUXD_URL/write?db=memagent" || fail "InfluxDB did not accept the points"
after=$(($(date +%s) * 1000 + 1000))

# Fields that glibc and some other allocators do not report.
untold_by_glibc='["arenas", "heap_released_bytes", "heap_metadata_bytes"]'
optional=$untold_by_glibc
[ -z "$jemalloc" ] || optional='[]'

# ---- the variables, each with the choices in those before ----

# choose_variable DASHBOARD NAME CHOSEN: print its values as JSON.
choose_variable()
{
	jq -c -L "$lib" --arg name "$2" --argjson chosen "$3" --argjson from "$from" --argjson to "$to" \
		'include "substitute"; [.templating.list[] | select(.name == $name).query | substituted($from; $to; 1000; $chosen)]' \
		"$1" >"$work/ask"
	ask "$work/ask" >"$work/answer" || fail "variable $2: $(cat "$work/answer")"
	jq -c -L "$lib" 'include "substitute"; variable_values' "$work/answer"
}

# ---- the panels ----

# with_hidden DASHBOARD CHOSEN: the values that were chosen, and those of the hidden variables.
with_hidden()
{
	jq -r '.templating.list[] | select(.hide == 2).name' "$1" >"$work/hidden"
	while read -r name; do
		printf '{"%s": %s}\n' "$name" "$(choose_variable "$1" "$name" "$2")"
	done <"$work/hidden" | jq -c -s --argjson chosen "$2" 'add + $chosen'
}

# ask_panels NAME DASHBOARD CHOSEN
ask_panels()
{
	chosen=$(with_hidden "$2" "$3")
	jq -c -L "$lib" --argjson chosen "$chosen" --argjson from "$from" --argjson to "$to" 'include "substitute";
		[.panels[] | select(.type != "row") | . as $panel | interval_ms($from; $to) as $ms | .targets[] |
			{name: "\($panel.title) \(.refId)", interval_ms: $ms,
			query: (.query | substituted($from; $to; $ms; $chosen))}]' "$2" >"$work/asked"
	jq -c '[.[].query]' "$work/asked" >"$work/ask"
	if grep -q '[$][a-z_{]' "$work/ask"; then
		fail "$1: not replaced: $(grep -o '[$][a-z_{][^ ]*' "$work/ask" | sort -u)"
	fi
	ask "$work/ask" >"$work/answers" || fail "$1: $(jq -c '.results[]? | select(.error) // .error' "$work/answers")"
	jq -c -L "$lib" --argjson chosen "$chosen" --argjson from "$from" --argjson to "$to" -n 'include "substitute";
		[["memagent", ""], ["memagent_site", ", site, function"], ["memagent_flame", "", " AND pid =~ /^$flame$/"]
		| "SELECT * FROM \(.[0]) WHERE $timeFilter AND time < ${__to}ms AND host =~ /^$host$/ AND service =~ /^$service$/ AND pid =~ /^$pid$/\(.[2] // "") GROUP BY host, service, pid, pid_ns\(.[1])"
		| substituted($from; $to; 1000; {pid: "all"} + $chosen)]' >"$work/ask"
	ask "$work/ask" >"$work/raw" || fail "$1: $(cat "$work/raw")"
}

disagreements()
{
	jq -rs -L "$lib" --argjson to "$to" --argjson chosen "$chosen" --argjson optional "$optional" -f "$lib/agree.jq" "$work/asked" "$work/answers" "$work/raw"
}

# expect_agreement NAME DASHBOARD CHOSEN PROCESSES
expect_agreement()
{
	ask_panels "$1" "$2" "$3"
	expect_equal "$1: processes" "$4" "$(jq '.results[0].series | length' "$work/raw")"
	disagreements >"$work/found"
	[ ! -s "$work/found" ] || fail "$1: $(head -n 20 "$work/found")"
}

# expect_events CHOSEN COUNT
expect_events()
{
	jq -c -L "$lib" --argjson chosen "$1" --argjson from "$from" --argjson to "$after" 'include "substitute";
		[.annotations.list[].query | substituted($from; $to; 1000; $chosen)]' "$memagent" >"$work/ask"
	ask "$work/ask" >"$work/answer" || fail "annotations: $(cat "$work/answer")"
	expect_equal "starts and exits for $1" "[$2,$2]" "$(jq -c '[.results[:2][] | [.series[]?.values[]] | length]' "$work/answer")"
}

for name in memagent fleet; do
	jq -L "$lib" 'include "substitute"; flat' "$root/grafana/dashboards/$name.json" >"$work/$name.json"
done
memagent=$work/memagent.json
fleet=$work/fleet.json
shop=$(cat "$work/shop.pid")
odd=$(cat "$work/odd.pid")
odd_service='"shop.b/(2)|x+"'
all=$(echo "$servers" | wc -w)

host=$(choose_variable "$memagent" host '{}')
expect_equal "hosts" "[\"$(uname -n)\"]" "$host"
services=$(choose_variable "$memagent" service "{\"host\": $host}")
expect_equal "services" "$(jq -nc "[\"shop\", $odd_service${jemalloc:+, \"jemalloc\"}] | sort")" "$services"
pids=$(choose_variable "$memagent" pid "{\"host\": \"all\", \"service\": \"all\"}")
expect_equal "processes" "$(cat "$work"/*.pid | jq -Rc . | jq -sc 'sort')" "$pids"
expect_equal "the largest processes" "$pids" \
	"$(choose_variable "$memagent" largest "{\"host\": \"all\", \"service\": \"all\", \"pid\": \"all\"}")"
odd_pid=$(choose_variable "$memagent" pid "{\"host\": $host, \"service\": [$odd_service]}")
expect_equal "processes of the service with an odd name" "[\"$odd\"]" "$odd_pid"
expect_equal "hosts of the fleet" "$host" "$(choose_variable "$fleet" host '{}')"
expect_equal "services of the fleet" "$services" "$(choose_variable "$fleet" service "{\"host\": \"all\"}")"
expect_equal "hosts of another time" '[]' \
	"$(from=$((from - 7200000)) to=$((to - 3600000)) && choose_variable "$memagent" host '{}')"

expect_agreement "all of it" "$memagent" '{"host": "all", "service": "all", "pid": "all"}' "$all"
expect_events '{"host": "all", "service": "all", "pid": "all"}' "$all"
optional=$untold_by_glibc
expect_agreement "several values" "$memagent" "{\"host\": $host, \"service\": $services, \"pid\": $pids}" "$all"
expect_agreement "an odd name" "$memagent" "{\"host\": $host, \"service\": [$odd_service], \"pid\": $odd_pid}" 1
expect_events "{\"host\": $host, \"service\": [$odd_service], \"pid\": $odd_pid}" 1
expect_agreement "the fleet" "$fleet" '{"host": "all", "service": "all"}' "$all"
expect_agreement "the fleet, one service" "$fleet" '{"host": "all", "service": ["shop"]}' 1

# ---- and with what the servers did ----

ask_panels "the leak" "$memagent" "{\"host\": $host, \"service\": [\"shop\"], \"pid\": [\"$shop\"]}"

# values NAME: print a query's values that are not null, sorted by time.
values()
{
	jq -s --arg name "$1" '([.[0][].name] | index($name)) as $i |
		[.[1].results[$i].series[].values[] | select(.[1] != null)]' "$work/asked" "$work/answers"
}

pushed=$((requests * each))
grown=$(values "Heap objects A" | jq '(map(.[1]) | max) - first[1]')
if [ "$grown" -lt $((pushed * 98 / 100)) ] || [ "$grown" -gt $((pushed * 102 / 100)) ]; then
	fail "live objects grew by $grown on the dashboard, $requests requests keep $pushed"
fi
made=$(values "Mallocs and frees per second A" | jq --slurpfile asked "$work/asked" '(map(.[1]) | add) * $asked[0][0].interval_ms / 1000 | floor')
if [ "$made" -lt "$pushed" ] || [ "$made" -gt $((pushed * 2)) ]; then
	fail "$made objects were made by the dashboard, $requests requests make $pushed and a few"
fi
last=$(jq '.results[0].series[0] | (.columns | index("heap_alloc_bytes")) as $i | .values[-1][$i]' "$work/raw")
expect_equal "the stat of the live bytes" "$last" "$(values "Live bytes A" | jq 'last[1]')"

# ---- that this can fail ----

# expect_found TEXT CHANGE: the change of the answers or of the points is found.
expect_found()
{
	jq "$3" "$work/$2" >"$work/$2.changed"
	! cmp -s "$work/$2" "$work/$2.changed" || fail "nothing changed: $3"
	cp "$work/$2" "$work/$2.kept"
	mv "$work/$2.changed" "$work/$2"
	disagreements >"$work/found"
	mv "$work/$2.kept" "$work/$2"
	grep -qF -e "$1" "$work/found" || fail "not found after $3, but: $(cat "$work/found")"
}

[ -z "$(disagreements)" ] || fail "the leak: $(disagreements)"
index=$(jq '[.[].name] | index("Live bytes of each process A")' "$work/asked")
expect_found 'Live bytes of each process A: no rows' answers ".results[$index].series = []"
expect_found 'Live bytes of each process A: no such thing' answers ".results[$index] = {error: \"no such thing\"}"
expect_found 'Live bytes of each process A: {' answers ".results[$index].series[0].values[3][1] += 1"
expect_found 'is missing' answers "del(.results[$index].series[0].values[3])"
expect_found 'where nothing is meant' answers ".results[$index].series[0].tags.pid = \"1\""
expect_found 'Mallocs and frees per second A: {' raw '.results[0].series[0] |= ((.columns | index("mallocs")) as $i | .values[20:][][$i] += 1000)'
expect_found 'Live bytes A: {} 0 at' answers ".results[$(jq '[.[].name] | index("Live bytes A")' "$work/asked")].series[0].values[-1][1] += 1"

# expect_taken_for_another NAME DASHBOARD CHOSEN: every query that asks for a wrong field is found, except
# the one that should ask for that field, and the number of processes, which any field shows.
expect_taken_for_another()
{
	jq '(.panels[].targets[]?.query) |= gsub("(?<how>last|max|min)\\(\"[a-z_0-9]+\"\\)"; "\(.how)(\"agent_tick_ns\")")' \
		"$2" >"$work/other.json"
	ask_panels "$1" "$work/other.json" "$3"
	disagreements >"$work/found"
	jq -r '.[].name' "$work/asked" | grep -vxF -e 'Processes A' -e 'Live bytes by stack, process $flame A' -e 'Cost: one point, one delivery A' |
		while read -r query; do
			grep -qF -e "$query: " "$work/found" || echo "$query"
		done >"$work/passed"
	[ ! -s "$work/passed" ] || fail "$1: another field is not found in $(cat "$work/passed")"
}
expect_taken_for_another "all of it" "$memagent" '{"host": "all", "service": "all", "pid": "all"}'
expect_taken_for_another "the fleet" "$fleet" '{"host": "all", "service": "all"}'
