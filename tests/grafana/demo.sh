#!/bin/sh
# The demo's judge passes what each experiment must show and finds what is not so; and a short demo runs
# to its end, with pictures, when the load is real.
. "$(dirname "$0")/../e2e/lib/influx.sh"

# points FORMULAS: 250 ms apart, from 1 s before a load of 10 s until 3 s after it; awk's statements set what the
# points have, with the served requests so far and whether the load is over.
points()
{
	awk 'BEGIN {
		for (t = 999; t <= 1013; t += 0.25) {
			served = t < 1000 ? 0 : t > 1010 ? 10000 : (t - 1000) * 1000
			over = t > 1010
			mallocs = 20000 + served * 103
			rss = 5e6
			trims = pause = ""
			'"$1"'
			printf "%.0f\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%s\n", t * 1e9, mallocs, mallocs - objects, objects, live,
			    1e9 + live, 1e9, rss, t < 1000 || over ? 3 : 103, trims, pause
		}
	}' >"$work/points"
}

# judge EXPERIMENT [SERVED [REQUESTS]]
judge()
{
	awk -v experiment="$1" -v requests="${3:-$((${2:-10000} - 50))}" -v connections=100 -v begin=1000 -v end=1010 -v interval=0.25 \
		-v served="${2:-10000}" -f "$root/tools/demo/table.awk" "$work/points" >"$work/out" 2>"$work/err"
}

expect_pass()
{
	points "$2"
	judge "$1" || fail "$1 with $2 should pass"
}

# expect_complaint TEXT EXPERIMENT FORMULAS [SERVED [REQUESTS]]
expect_complaint()
{
	points "$3"
	if judge "$2" "${4-}" "${5-}"; then
		fail "$2 with $3 should not pass"
	fi
	grep -qF -e "$1" "$work/err" || fail "$2 with $3: no \"$1\""
}

local='objects = 699 + (t > 1000 && !over) * 10000; live = 118000 + (t > 1000 && !over) * 4e6'
global='objects = 699 + served * 102; live = objects * 60'
burst='objects = over ? 1730 : 699 + served * 103; live = objects * 100; rss = t <= 1000 ? 5e6 : over ? 1.2e8 : 5e6 + served * 12e3'
trim='objects = over ? 1730 : 699 + served * 103; live = objects * 100; rss = t <= 1000 || over ? 5e6 : 5e6 + served * 12e3;
	trims = int(t - 999); pause = trims * 1e6'
cache='objects = 699 + (served < 2000 ? served : 2000) * 102; live = objects * 60'

expect_pass local "$local"
expect_complaint 'expected the same within 5 %' local "$local; if (over) live *= 1.06"
expect_complaint 'expected the same within 5 %' local "$local; if (over) live *= 0.94"
expect_pass global "$global"
expect_complaint 'expected 1,020,000 within 2 %' global "$local"
expect_complaint 'expected 1,020,000 within 2 %' global 'objects = int(served * 99); live = objects * 60'
expect_complaint 'expected 1,020,000 within 2 %' global 'objects = int(served * 105); live = objects * 60'
expect_pass burst "$burst"
expect_complaint 'nothing for it to show' burst "$burst; if (over) rss = 3e7"
expect_complaint 'expected about 1,024' burst "$burst; if (over) objects = 5000"
expect_pass burst-trim "$trim"
expect_complaint 'InfluxDB holds no trims' burst-trim "$trim; trims = 0"
expect_complaint 'InfluxDB holds no trims' burst-trim "$trim; trims = pause = \"\""
expect_complaint 'with trim, expected at most' burst-trim "$trim; if (over) rss = 8e7"
expect_pass cache "$cache"
expect_complaint 'expected 204,000 within 2 %' cache "$global"
expect_complaint 'expected 204,000 within 2 %' cache "$local"
expect_complaint 'make SECONDS longer' cache 'objects = served * 10; live = objects * 60' 3000
expect_complaint 'the server served' global "$global" 10000 10001
expect_complaint 'the server served' global "$global" 10000 9899
expect_complaint 'make 1,122,000 objects' global "$global" 11000
expect_complaint 'is not heap_objects' global "$global"'; if (t == 1005) { print "1005000000000\t9\t2\t6\t0\t0\t0\t1\t1"; continue }'
expect_complaint 'is not heap_alloc_bytes' global "$global"'; if (t == 1005) { print "1005000000000\t9\t2\t7\t1\t3\t3\t1\t1"; continue }'
expect_complaint 'there is a gap' global "$global; if (t == 1003) t = 1006"
expect_complaint 'has "x" for column 8' local "$local"'; if (t == 1005) { print "1005000000000\t9\t2\t7\t1\t3\t2\tx\t1"; continue }'
: >"$work/points"
! judge local || fail "no points at all should not pass"

# ---- for real ----

for program in wrk gnuplot jq; do
	command -v $program >/dev/null || skip "there is no $program"
done
status=0
ONLY='local global' SECONDS=5 OUT="$work/pictures" "$root/tools/demo/demo.sh" >"$work/out" 2>"$work/err" || status=$?
[ $status -eq 0 ] || fail "the demo ended with status $status: $(tail -n 20 "$work/out")"
grep -q '^LEAK: demo-global' "$work/out" || fail "global is not called a leak"
grep -q '^No leak: demo-local' "$work/out" || fail "local is not called no leak"
sed -n 's/.*href="\([^"]*\)".*src="\([^"]*\)".*/\1\n\2/p' "$work/pictures/index.html" >"$work/named"
expect_equal "files named by the page" 4 "$(wc -l <"$work/named")"
while read -r file; do
	[ -s "$work/pictures/$file" ] || fail "$file is not there"
done <"$work/named"
# One is enough to fail it.
status=0
ONLY='cache' SECONDS=2 OUT="$work/pictures" "$root/tools/demo/demo.sh" >"$work/out" 2>"$work/err" || status=$?
[ $status -eq 1 ] || fail "the demo ended with status $status when the cache had no time to fill"
grep -q 'make SECONDS longer' "$work/err" || fail "nothing about SECONDS"
status=0
ONLY=nothing "$root/tools/demo/demo.sh" >"$work/out" 2>"$work/err" || status=$?
[ $status -eq 1 ] || fail "ONLY=nothing: status $status"
grep -q 'expected some of local global burst burst-trim cache' "$work/err" || fail "ONLY=nothing is not explained"
