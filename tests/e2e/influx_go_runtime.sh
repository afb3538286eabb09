#!/bin/sh
# MEMAGENT_SCHEMA=go-runtime: every query of the Go dashboard (grafana.com 3242)
# that means something for a program in C returns data, and the same data as our
# own names.  Those that do not: mem.stack.mspan_* and mcache_*, parts of Go's runtime.
. "$(dirname "$0")/lib/influx.sh"
. "$(dirname "$0")/lib/alloc.sh"

influxd_start "$work/influxdb"
host=$(uname -n)
measurement=go.runtime.$host

# What the allocator gives back is known of jemalloc, so that all panels have something.
if [ -e "$build/libmemagent-jemalloc.so" ]; then
	library=$build/libmemagent-jemalloc.so
fi
status=0
timeout -s KILL 60 env LD_PRELOAD="$library" MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_DATABASE=go \
	MEMAGENT_SCHEMA=go-runtime MEMAGENT_INTERVAL=50ms MEMAGENT_ALLOCATOR_INTERVAL=50ms \
	MEMAGENT_TRIM_INTERVAL=100ms "$programs/known" 20000 1000 >"$work/out" 2>"$work/err" || status=$?
expect_equal "exit status" 0 "$status"
expect_silence "all is well"

# The dashboard's own variable.
influxd_query go 'SHOW MEASUREMENTS' | jq -e --arg m "$measurement" \
	'[.results[0].series[0].values[][0]] - ["memagent_event"] == [$m]' >"$work/query" || fail "measurements: $(cat "$work/query")"

# As Grafana 4 makes them of the panels.
for field in cpu.goroutines mem.sys mem.heap.objects mem.heap.alloc mem.heap.sys mem.heap.idle \
	mem.heap.inuse mem.heap.released mem.malloc mem.frees mem.total mem.stack.inuse mem.stack.sys \
	mem.gc.cpu_fraction mem.gc.pause_total mem.gc.count mem.gc.pause; do
	case $library:$field in
	*/libmemagent.so:mem.heap.released) continue ;; # libc keeps no books of it
	esac
	influxd_query go "SELECT mean(\"$field\") FROM /^$measurement$/ WHERE time > now() - 1h
		GROUP BY time(1s) fill(null)" >"$work/query"
	jq -e '[.results[0].series[0].values[][1] | select(. != null)] | length > 0' "$work/query" \
		>/dev/null || fail "$field: no data: $(cat "$work/query")"
done

last()
{
	influxd_query go "SELECT last(\"$1\") FROM \"$measurement\"" | jq -r '.results[0].series[0].values[0][1]'
}
while read -r name value; do
	case $name in
	mallocs) expect_equal mem.malloc "$value" "$(last mem.malloc)" ;;
	frees) expect_equal mem.frees "$value" "$(last mem.frees)" ;;
	total_alloc_bytes) expect_equal mem.total "$value" "$(last mem.total)" ;;
	esac
done <"$work/out"
expect_between mem.gc.count 5 "$(last mem.gc.count)" 15
expect_equal "mem.sys in use and idle" "$(last mem.heap.sys)" \
	$(($(last mem.heap.inuse) + $(last mem.heap.idle)))
influxd_query go 'SHOW FIELD KEYS' | jq -r '.results[0].series[0].values[] | join(" ")' >"$work/keys"
expect_equal "fields that are floats" "mem.gc.cpu_fraction float" "$(grep -v ' integer$' "$work/keys")"
expect_equal "fields of other names" "" "$(grep -Ev '^(cpu|mem)\.' "$work/keys" || :)"
expect_equal "fields" 18 "$(grep -c . "$work/keys")"
