#!/bin/sh
# MEMAGENT_SCHEMA=go-runtime: every query of the Go dashboard (grafana.com 3242) that means
# something in C returns the same data as our own names.  The others are about Go's runtime
# (mem.stack.mspan_* and mcache_*).
. "$(dirname "$0")/lib/influx.sh"
. "$(dirname "$0")/lib/alloc.sh"

influxd_start "$work/influxdb"
host=$(uname -n)
measurement=go.runtime.$host

# Sorted by name.
fields='cpu.goroutines mem.alloc mem.frees mem.gc.count mem.gc.cpu_fraction mem.gc.pause mem.gc.pause_total
	mem.heap.alloc mem.heap.idle mem.heap.inuse mem.heap.objects mem.heap.released mem.heap.sys mem.malloc
	mem.stack.inuse mem.stack.sys mem.sys mem.total'

last()
{
	influxd_query "$database" "SELECT last(\"$1\") FROM \"$measurement\"" |
		jq -r '.results[0].series[0].values[0][1]'
}

# check LIBRARY DATABASE ABSENT: all fields but that one.
check()
{
	database=$2
	wanted=$(echo "$fields" | tr -s '[:space:]' '\n' | grep -vx "$3")
	status=0
	timeout -s KILL 60 env LD_PRELOAD="$1" MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_DATABASE="$database" \
		MEMAGENT_SCHEMA=go-runtime MEMAGENT_INTERVAL=50ms MEMAGENT_ALLOCATOR_INTERVAL=50ms \
		MEMAGENT_TRIM_INTERVAL=100ms "$programs/known" 20000 1000 >"$work/out" 2>"$work/err" || status=$?
	expect_equal "$1: exit status" 0 "$status"
	expect_silence "$1: all is well"

	# The dashboard's own variable.
	influxd_query "$database" 'SHOW MEASUREMENTS' | jq -e --arg m "$measurement" \
		'[.results[0].series[0].values[][0]] - ["memagent_event", "memagent_site", "memagent_flame"] == [$m]' >"$work/query" ||
		fail "$1: measurements: $(cat "$work/query")"

	# The queries as Grafana 4 makes them from the panels.
	for field in $wanted; do
		influxd_query "$database" "SELECT mean(\"$field\") FROM /^$measurement$/ WHERE time > now() - 1h
			GROUP BY time(1s) fill(null)" >"$work/query"
		jq -e '[.results[0].series[0].values[][1] | select(. != null)] | length > 0' "$work/query" \
			>/dev/null || fail "$1: $field: no data: $(cat "$work/query")"
	done

	while read -r name value; do
		case $name in
		mallocs) expect_equal "$1: mem.malloc" "$value" "$(last mem.malloc)" ;;
		frees) expect_equal "$1: mem.frees" "$value" "$(last mem.frees)" ;;
		total_alloc_bytes) expect_equal "$1: mem.total" "$value" "$(last mem.total)" ;;
		esac
	done <"$work/out"
	expect_between "$1: mem.gc.count" 5 "$(last mem.gc.count)" 15
	expect_equal "$1: mem.sys in use and idle" "$(last mem.heap.sys)" \
		$(($(last mem.heap.inuse) + $(last mem.heap.idle)))
	influxd_query "$database" 'SHOW FIELD KEYS' |
		jq -r '.results[0].series[] | select(.name | startswith("memagent_") | not).values[] | join(" ")' >"$work/keys"
	expect_equal "$1: fields" "$wanted" "$(cut -d ' ' -f 1 "$work/keys" | LC_ALL=C sort)"
	expect_equal "$1: fields that are floats" "mem.gc.cpu_fraction float" "$(grep -v ' integer$' "$work/keys")"
}

check "$library" libc mem.heap.released # of which libc keeps no books
if [ -e "$build/libmemagent-jemalloc.so" ]; then
	check "$build/libmemagent-jemalloc.so" jemalloc none
fi
