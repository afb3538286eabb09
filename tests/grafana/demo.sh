#!/bin/sh
# limit: 240
# waits
# The demo's judge accepts what each experiment must show and finds what is wrong.  A short demo
# runs to its end and draws pictures, with real load.
. "$(dirname "$0")/../e2e/lib/influx.sh"

# points FORMULAS: points 250 ms apart, from 1 s before a load of 10 s to 3 s after it.  FORMULAS are
# awk statements that set the fields, from the number of served requests and whether the load is over.
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
			objects = int(objects)
			live = int(live)
			printf "%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%.0f\t%s\t%s\n", t * 1e9, mallocs, mallocs - objects, objects, live,
			    1e9 + live, 1e9, rss, t < 1000 || over ? 3 : 103, trims, pause
		}
	}' >"$work/points"
}

# The objects and bytes that the server reports at its end, the same as in the points below.
held_by()
{
	case $1 in
	global) echo 1020000 61200000 ;;
	cache) echo 204000 12240000 ;;
	burst*) echo 1024 102400 ;;
	*) echo 0 0 ;;
	esac
}

# judge EXPERIMENT [SERVED [REQUESTS]]
judge()
{
	held=${held_instead:-$(held_by "$1")}
	awk -v experiment="$1" -v requests="${3:-$((${2:-10000} - 50))}" -v connections=100 -v begin=1000 -v end=1010 -v interval=0.25 \
		-v served="${2:-10000}" -v held_objects="${held% *}" -v held_bytes="${held#* }" \
		-f "$root/tools/demo/words.awk" -f "$root/tools/demo/judge.awk" "$work/points" >"$work/out" 2>"$work/err"
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
global='objects = 699 + served * 102; live = 118000 + served * 6120'
burst='objects = over ? 1723 : 699 + served * 103; live = over ? 220400 : 118000 + served * 10300;
	rss = t <= 1000 ? 5e6 : over ? 1.2e8 : 5e6 + served * 12e3'
trim="$burst"'; if (over) rss = 5e6; trims = int(t - 999); pause = trims * 1e6'
cache='objects = 699 + (served < 2000 ? served : 2000) * 102; live = 118000 + (served < 2000 ? served : 2000) * 6120'

expect_pass local "$local"
expect_complaint 'live bytes went from 118,000 to 125,080, but the server holds 0: expected 118,000, give or take 5,900' \
	local "$local; if (over) live *= 1.06"
expect_complaint 'expected 118,000, give or take 5,900' local "$local; if (over) live *= 0.94"
expect_complaint 'expected 699, give or take 35' local "$local; if (over) objects *= 1.06"
expect_complaint 'expected those of 100 requests in progress' local "$local; if (!over) objects += served * 10"
expect_pass global "$global"
expect_complaint 'live objects went from 699 to 699, but' global "$local"
expect_complaint 'live objects' global "$global; objects = 699 + served * 99"
expect_complaint 'live objects' global "$global; objects = 699 + served * 105; mallocs += served * 5"
expect_complaint 'live bytes went from 118,000 to 118,000, but the server holds 61,200,000' global "$global; live = 118000"
expect_complaint 'live bytes' global "$global; live *= 100"
expect_complaint 'live bytes' global "$global; live = 118000 + served * 5990"
expect_complaint 'live bytes' global "$global; live = 118000 + served * 6250"
held_instead='510000 61200000'
expect_complaint 'the server holds 510,000 objects, expected 1,020,000' global "$global; objects = 699 + served * 51"
held_instead=
expect_pass burst "$burst"
expect_complaint 'a trim would have no effect' burst "$burst; if (over) rss = 3e7"
expect_complaint 'live objects went from 699 to 5,000' burst "$burst; if (over) objects = 5000"
expect_complaint 'live bytes' burst "$burst; if (over) live = 300000"
expect_complaint 'expected those of most of 10,000 requests' burst "$burst; if (!over) objects = 699"
expect_complaint 'expected more of 1,030,699 objects' burst "$burst; if (!over) live = 118000"
expect_pass burst-trim "$trim"
expect_complaint 'InfluxDB holds no trims' burst-trim "$trim; trims = 0"
expect_complaint 'InfluxDB holds no trims' burst-trim "$trim; trims = pause = \"\""
expect_complaint 'with trim, expected at most' burst-trim "$trim; if (over) rss = 8e7"
expect_complaint 'RSS went from 4.8 MiB to 4.8 MiB at most' burst-trim "$trim; rss = 5e6 + (t > 1000 && !over) * 1000"
expect_pass cache "$cache"
expect_complaint 'live objects' cache "$global"
expect_complaint 'live objects' cache "$local"
level='expected them to be level'
expect_complaint "$level" cache "$cache; if (!over) { objects = 699 + served * 102; live = 118000 + served * 6120 }"
expect_complaint "$level" cache "$cache; if (!over) objects = 699 + served * 102"
expect_complaint "$level" cache "$cache; if (!over) live = 118000 + served * 6120"
expect_complaint 'live bytes' cache "$cache; live = 118000 + served * 6120"
expect_complaint 'increase SECONDS' cache "$cache" 3000
expect_complaint 'the server served' global "$global" 10000 10001
expect_complaint 'the server served' global "$global" 10000 9899
expect_complaint 'make 1,122,000 objects' global "$global" 11000
expect_complaint 'is not heap_objects' global "$global"'; if (t == 1005) { print "1005000000000\t9\t2\t6\t0\t0\t0\t1\t1"; continue }'
expect_complaint 'is not heap_alloc_bytes' global "$global"'; if (t == 1005) { print "1005000000000\t9\t2\t7\t1\t3\t3\t1\t1"; continue }'
expect_complaint 'there is a gap' global "$global; if (t == 1003) t = 1006"
expect_complaint 'has "x" for column 8' local "$local"'; if (t == 1005) { print "1005000000000\t9\t2\t7\t1\t3\t2\tx\t1"; continue }'
: >"$work/points"
! judge local || fail "it passes without any points"

# ---- with real load ----

for program in wrk gnuplot jq; do
	command -v $program >/dev/null || skip "$program is not installed"
done

# demo STATUS VARIABLE=VALUE...: run it; it must exit with STATUS.  Its output is in $work/out and
# $work/err.
demo()
{
	want=$1 status=0
	shift
	env OUT="$work/pictures" "$@" "$root/tools/demo/demo.sh" >"$work/out" 2>"$work/err" || status=$?
	[ $status -eq "$want" ] || fail "the demo with $*: status $status instead of $want: $(tail -n 20 "$work/out")"
}

# expect_pictures EXPERIMENT...: the page shows these, and its files exist.
expect_pictures()
{
	sed -n 's/.*href="\([^"]*\)".*src="\([^"]*\)".*/\1\n\2/p' "$work/pictures/index.html" >"$work/named"
	expect_equal "files named by the page" "$(printf '%s\n' "$@" | sed 's|.*|&/index.html\n&/heap.svg|')" "$(cat "$work/named")"
	while read -r file; do
		[ -s "$work/pictures/$file" ] || fail "$file is not there"
	done <"$work/named"
}

demo 0 ONLY=global SECONDS=14
grep -q '^LEAK: demo-global' "$work/out" || fail "global is not called a leak"
grep -q '^[a-z_]*\( (server.c:[0-9]*)\)* leaks .* of the growth, since ' "$work/out" || fail "no call site of global leaks"
grep -q '^    push_global\( (server.c:[0-9]*)\)*$' "$work/out" || fail "the stack has no push_global"
expect_pictures global
rm -r "$work/pictures"

# With a server that never keeps anything, both judges accept local and reject global.
mkdir "$work/build"
ln -s "$build"/*.so "$build/memagent-run" "$build/memagent-report" "$work/build"
cat >"$work/build/demo-server" <<END
#!/bin/sh
[ "\$1" = 0 ] || exec "$build/demo-server" "\$@"
exec "$build/demo-server" 0 local
END
chmod +x "$work/build/demo-server"
demo 1 BUILD="$work/build" ONLY='local global' SECONDS=14
grep -q '^No leak: demo-local' "$work/out" || fail "local is not called no leak"
grep -qF 'global: the server holds 0 objects' "$work/err" || fail "it does not report what the server holds"
grep -qF 'global: memagent-report calls it "returns", expected "leaks"' "$work/err" || fail "the report's verdict is missing"
grep -qF 'global: call sites in push_global have 0 % of the growth' "$work/err" || fail "no call site leaks, and it does not say so"
grep -q 'not as expected: global;' "$work/err" || fail "it does not say which of them it is"
! grep -q 'local:' "$work/err" || fail "it reports something about local"
expect_pictures local global
expect_equal "complaints on the page" 1 "$(grep -c 'Not as expected:<br>the server holds 0 objects' "$work/pictures/index.html")"

# With a server that leaks, no call site of cache may leak.
sed -i 's/ local$/ global/' "$work/build/demo-server"
demo 1 BUILD="$work/build" ONLY=cache SECONDS=14
grep -q 'cache: [a-z_]* is judged to leak, expected no call site' "$work/err" || fail "a call site of cache leaks, and it does not say so"

# ---- wrong use ----

demo 1 ONLY=global SECONDS=13
grep -q 'SECONDS=13 is too short .* at least 14' "$work/err" || fail "SECONDS=13 is not explained"
demo 1 SECONDS=14s
grep -q 'SECONDS=14s is not valid: expected a whole number from 14' "$work/err" || fail "SECONDS=14s is not explained"
demo 1 ONLY=nothing
grep -q 'expected some of local global burst burst-trim cache' "$work/err" || fail "ONLY=nothing is not explained"
