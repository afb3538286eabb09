#!/bin/sh
# A missing database is created.  The last point has exactly what the program allocated, in objects
# and in bytes, and every earlier point is consistent in itself.
. "$(dirname "$0")/lib/influx.sh"

influxd_start "$work/influxdb"
influxd_query '' 'SHOW DATABASES' | grep -q memagent && fail "the database exists already"
run_metered MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_INTERVAL=50ms "$scripted" -w 500 -x 7
expect_silence "all is well"
expect_equal "exit status" 7 "$status"
expect_exact memagent

points=$(count_points memagent memagent)
# Ten points are due; a busy machine may skip some.
if [ "$points" -lt 4 ] || [ "$points" -gt 14 ]; then
	fail "$points points in 500 ms at 50ms each"
fi
odd=$(influxd_query memagent "SELECT $fields FROM memagent" | jq '[.results[0].series[0] |
	.columns as $c | .values[] | [$c, .] | transpose | map({(.[0]): .[1]}) | add |
	select(.mallocs - .frees != .heap_objects or .heap_objects < 0 or .heap_alloc_bytes < 0 or
		.total_alloc_bytes - .total_freed_bytes != .heap_alloc_bytes)] | length')
expect_equal "points whose figures are at odds" 0 "$odd"

# The histogram counts the same objects.
sizes=$(influxd_query memagent "SELECT /^sizes_/ FROM memagent ORDER BY time DESC LIMIT 1" |
	jq '.results[0].series[0].values[0][1:] | add')
expect_equal "sum of the sizes" "$(sed -n 's/^mallocs //p' "$work/out")" "$sizes"

# The database exists for a second program, whose points are stored beside the first's.
run_metered MEMAGENT_URL="$INFLUXD_URL/" "$scripted"
expect_silence "a second program"
expect_exact memagent
