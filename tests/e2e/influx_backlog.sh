#!/bin/sh
# The backlog is bounded by MEMAGENT_BUFFER.  When it is full, the oldest points are dropped, and
# agent_points_dropped in the database is their number.  The others are sent in batches with pauses
# between them, large ones compressed.
. "$(dirname "$0")/lib/influx.sh"
. "$root/tests/e2e/lib/server.sh"

# Each batch has all waiting points, so the server sees every point, also those that are dropped
# before it stores any.  The buffer takes 3.5 s of points: more than a pause (2 to 2.5 s), less than
# three of them.
script small 204 '503 Retry-After: 2' '503 Retry-After: 2' '503 Retry-After: 2' 204
script large 503 503 204
start_server small large
start small 8500 MEMAGENT_BUFFER=64KiB MEMAGENT_INTERVAL=60ms
start large 4000 MEMAGENT_INTERVAL=10ms
await_all

expect_said small 503 "the points are kept for a retry"
expect_complete small
unstored small >"$work/missing"
[ -s "$work/missing" ] || fail "nothing was dropped"
expect_equal "points missing, and counted" "$(wc -l <"$work/missing")" "$(last_of small agent_points_dropped)"

# Sorted by time, the last word of a line: the missing ones were the oldest.
stored small | sed 's/.* //' | sort -n >"$work/stored.times"
sed 's/.* //' "$work/missing" | sort -n >"$work/missing.times"
# The first request's points were stored before the server failed.
first=$(head -n 1 "$work/missing.times")
last=$(tail -n 1 "$work/missing.times")
between=$(awk -v first="$first" -v last="$last" '$1 > first && $1 < last' "$work/stored.times" | wc -l)
expect_equal "points stored between two that were dropped" 0 "$between"

[ -z "$(unstored large)" ] || fail "large: points are missing"
expect_complete large
expect_equal "large: dropped" 0 "$(last_of large agent_points_dropped)"
wrong=$(awk '$5 > 65536 || ($4 == "gzip") != ($5 >= 4096)' "$cases/large.log")
[ -z "$wrong" ] || fail "large: batches are too large, or not compressed as they should be: $wrong"
[ "$(grep -c ' gzip ' "$cases/large.log")" -ge 3 ] || fail "large: one batch only"
wrong=$(awk '$6 == 204 && at && $1 - at < 0.05; { at = $6 == 204 ? $1 : 0 }' "$cases/large.log" | head -n -1)
[ -z "$wrong" ] || fail "large: no pause before $wrong"
