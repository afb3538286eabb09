#!/bin/sh
# Every answer in the table of docs/ARCHITECTURE.md, and every way not to answer.  Points are
# stored, sent again with the same times, sent in smaller batches, or dropped and counted.
. "$(dirname "$0")/lib/influx.sh"
. "$root/tests/e2e/lib/server.sh"

json='{"error":"some reason"}'
no_database='{"error":"database not found: \"memagent\""}'
no_bucket='{"code":"not found","message":"bucket \"memagent\" not found"}'

# The points are kept: after one failure all are stored.
retries=
# retry NAME TEXT STEP
retry()
{
	retries="$retries $1"
	script "$1" "$3" 204
	printf '%s\n' "$2" >"$cases/$1.says"
}
for status in 401 403 429 500 502 503 504; do
	retry "status-$status" "$status some reason" "$status | some reason"
done
retry redirect 'the server is not InfluxDB: it answers 302' '302 Location: http://127.0.0.1:1/'
retry page 'the server is not InfluxDB: it answers 200 with a web page' '200 Content-Type: text/html | <html>'
retry other-404 'the server is not InfluxDB: it answers 404' '404 | no such page'
retry garbage 'HTTP' garbage
retry half-an-answer 'cannot deliver' 'half 200'
retry endless-200 'is longer than 64 KiB' 'endless 200'
retry endless-503 '503 and so on' 'endless 503'
for phase in connection head body request answer; do
	retry "reset-in-$phase" 'cannot deliver' "reset $phase"
done
# The answer is lost, but the points are stored.  Sent again, they are still there once.
retry lost-after-request 'cannot deliver' 'keep reset request'
retry lost-in-answer 'cannot deliver' 'keep reset answer'
retry lost-half 'cannot deliver' 'keep half 200'

# The server rejects these points for good.
drops=
# drop NAME TEXT STEP
drop()
{
	drops="$drops $1"
	script "$1" "$3" 204
	printf '%s\n' "$2" >"$cases/$1.says"
}
drop status-400 "400 $json; these points are dropped" "400 | $json"
drop status-422 "422 $json; these points are dropped" "422 | $json"
drop no-bucket "404 $no_bucket; these points are dropped" "404 | $no_bucket"
# A server that quotes all rejected lines sends more than the agent reads.
drop endless-400 "400 and so on" 'endless 400'

script status-200 '200 | {}'
script status-204 204
script slow 'slow 1 204' 204
script create "404 | $no_database" '200 | {"results":[{"statement_id":0}]}' 204
script cannot-create "404 | $no_database" '200 | {"results":[{"error":"not authorized"}]}' \
	"404 | $no_database" '200 | {"results":[{"statement_id":0}]}' 204
script split '503 | busy' '413 | too large' '413 | too large' 204
script too-large '413 | too large' '413 | too large' 204
others='status-200 status-204 slow create cannot-create split too-large'
# shellcheck disable=SC2086 # several
start_server $retries $drops $others

for name in $retries $drops $others; do
	case $name in
	no-bucket) start "$name" 1500 MEMAGENT_API=v2 ;;
	*) start "$name" 1500 ;;
	esac
done
await_all

# Everything sent is stored in the end, and the first batch is sent again unchanged.
expect_kept()
{
	seen "$1" >"$work/seen"
	stored "$1" | cmp -s "$work/seen" - || fail "$1: what was sent at first never came again"
	expect_complete "$1"
	expect_equal "$1: dropped" 0 "$(last_of "$1" agent_points_dropped)"
}

for name in $retries; do
	expect_kept "$name"
	expect_equal "$name: send errors" 1 "$(last_of "$name" agent_send_errors)"
	expect_said "$name" "$(cat "$cases/$name.says")" "the points are kept for a retry"
done

for name in $drops; do
	expect_said "$name" "$(cat "$cases/$name.says")"
	expect_complete "$name"
	lost=$(unstored "$name" | wc -l)
	expect_equal "$name: dropped" "$lost" "$(last_of "$name" agent_points_dropped)"
	[ "$lost" -ge 1 ] || fail "$name: nothing was dropped"
	expect_equal "$name: lines that were sent twice" 0 "$(sort "$cases/$name.seen" | uniq -d | wc -l)"
done

for name in status-200 status-204 slow create; do
	expect_kept "$name"
	expect_quiet "$name"
	expect_equal "$name: send errors" 0 "$(last_of "$name" agent_send_errors)"
done
expect_equal "create: requests" "POST /query" "$(sed -n 2p "$cases/create.log" | cut -d ' ' -f 2-3)"
# Points are taken while the server is slow.
[ "$(grep -c '^memagent,' "$cases/slow.stored")" -ge 20 ] ||
	fail "slow: $(grep -c '^memagent,' "$cases/slow.stored") points of 1500 ms at 50ms"

expect_kept cannot-create
expect_said cannot-create 'cannot be created' 'not authorized'

# Batches are halved until they fit.
expect_kept split
expect_said split '503 busy'
sed -n '2,4s/.*plain \([0-9]*\) .*\|.*gzip \([0-9]*\) .*/\1\2/p' "$cases/split.log" >"$work/sizes"
sort -rnu "$work/sizes" | cmp -s "$work/sizes" - || fail "split: the sizes sent were $(xargs <"$work/sizes")"
expect_equal "split: sizes" 3 "$(wc -l <"$work/sizes")"
# The event and the first point are sent as two lines, then as one, which is dropped.
expect_said too-large 'too large; the point is dropped'
expect_equal "too-large: dropped" 1 "$(last_of too-large agent_points_dropped)"
expect_equal "too-large: missing" 1 "$(unstored too-large | wc -l)"
expect_complete too-large
