#!/bin/sh
# A server refuses compressed bodies, with 415 or 400.  The batch is sent again at once,
# uncompressed, as all later ones.  A 400 about the points does not switch compression off.
. "$(dirname "$0")/lib/influx.sh"
. "$root/tests/e2e/lib/server.sh"

# Points accumulate during the wait after a 503, so that the batch is worth compressing.
script answers-415 '503 | busy' 'nogzip 415 | no' 'nogzip 415 | no' '503 | busy' 'nogzip 415 | no'
script answers-400 '503 | busy' 'nogzip 400 | no' 'nogzip 400 | no' '503 | busy' 'nogzip 400 | no'
script about-points '503 | busy' '400 | no' '400 | no' '503 | busy' 204
start_server answers-415 answers-400 about-points
for name in answers-415 answers-400 about-points; do
	start "$name" 2500
done
await_all

for name in answers-415 answers-400; do
	expect_complete "$name"
	unstored "$name" >"$work/lost"
	[ ! -s "$work/lost" ] || fail "$name: $(wc -l <"$work/lost") points are missing"
	expect_equal "$name: compressed requests" 1 "$(grep -c ' gzip ' "$cases/$name.log")"
	expect_equal "$name: send errors" 2 "$(last_of "$name" agent_send_errors)"
	expect_equal "$name: dropped" 0 "$(last_of "$name" agent_points_dropped)"
	[ "$(sed 's/.*plain \([0-9]*\) .*/\1/; s/.* gzip .*/0/' "$cases/$name.log" | sort -n | tail -n 1)" -ge 4096 ] ||
		fail "$name: no batch was large enough to be compressed"
done

expect_complete about-points
expect_equal "about-points: dropped" "$(unstored about-points | wc -l)" "$(last_of about-points agent_points_dropped)"
expect_equal "about-points: refused requests" 2 "$(grep -c ' 400 ' "$cases/about-points.log")"
grep -q ' gzip .* 204' "$cases/about-points.log" || fail "about-points: later bodies are not compressed"
