#!/bin/sh
# limit: 240
# memagent-report shows the call sites: a table and stacks in the words and on the page, folded stacks, the same from
# a file as from InfluxDB, after a restart as without one; without sites its output is as before.
. "$(dirname "$0")/../e2e/lib/influx.sh"

report=$build/memagent-report
for program in gnuplot curl; do
	command -v $program >/dev/null || skip "$program is not installed"
done
now=$(date +%s)

# points OPTION...: the points of sites.awk, for ${now}.
points()
{
	awk -v now="$now" "$@" -f "$root/tests/grafana/lib/sites.awk"
}

# run NAME OPTION...: write a report to the directory NAME and its words to NAME.words.
run()
{
	name=$1
	shift
	"$report" -o "$work/$name" "$@" >"$work/$name.words" 2>"$work/err" || fail "$name: status $?: $(cat "$work/err")"
	expect_silence "$name"
}

# table WORDS: print the rows of the table, without spaces in front and with one between.
table()
{
	sed -n '/ function$/,/^$/p' "$1" | sed '/ function$/d; /^$/d; s/  */ /g; s/^ //'
}

# ---- the table and the stacks ----

points -v service=shop -v pid=7 >"$work/shop.lp"
run shop "$work/shop.lp"
expect_equal "heads" "live ± error growth/min made/s oldest of growth verdict function" "$(sed -n 's/  */ /g; s/^ //; / function$/p' "$work/shop.words")"
expect_equal "rows" "4.8 MiB 97.7 KiB 0 bytes 195.3 KiB 40.0 s 0 % - fill_cache
3.7 MiB 19.5 KiB 5.7 MiB 97.7 KiB 40.0 s 96 % - push_global
97.7 KiB 29.3 KiB 219.9 KiB 0 bytes 40.0 s 4 % - </script><i>,= \"'
9.8 KiB 4.9 KiB 0 bytes - 40.0 s 0 % - other" "$(table "$work/shop.words")"
expect_equal "stack" "push_global handle main __libc_start_main _start" \
	"$(sed -n '/ in push_global, called by:$/,/^$/s/^    //p' "$work/shop.words" | paste -sd ' ' -)"
expect_equal "hostile stack" "</script><i>&\"'\\x??é [jit] [truncated]" \
	"$(sed -n '/ in <.script>.*, called by:$/,/^$/s/^    //p' "$work/shop.words" | paste -sd ' ' -)"
sed '$d' "$work/shop.words" | cmp -s - "$work/shop/verdict.txt" || fail "verdict.txt differs from the output"
page=$work/shop/index.html
expect_equal "rows on the page" 5 "$(sed -n '/<table class="sites">/,/<\/table>/p' "$page" | grep -c '^<tr>')"
grep -qF '<th scope="row"><code>&lt;/script&gt;&lt;i&gt;,= &quot;' "$page" || fail "a name is not escaped on the page"
grep -qF '<li><code>__libc_start_main</code></li>' "$page" || fail "no stack on the page"
! grep -q '<script>' "$page" || fail "there is a script on the page"
for graph in flame flame-growth; do
	grep -qF "<object type=\"image/svg+xml\" data=\"$graph.svg\"" "$page" || fail "$graph is not on the page"
done
iconv -f utf-8 -t utf-8 "$page" >"$work/utf8" 2>&1 || fail "the page is not UTF-8"

# What holds nothing now may be made all the time: it has a row, but its stack is left out.
LC_ALL=C sed 's/function=push_global live_bytes=[0-9]*i/function=push_global live_bytes=0i/' "$work/shop.lp" >"$work/freed.lp"
run freed "$work/freed.lp"
table "$work/freed.words" | grep -q '^0 bytes 19.5 KiB 0 bytes 97.7 KiB 40.0 s 0 % - push_global$' || fail "no row of what holds nothing"
! grep -q ' in push_global, called by' "$work/freed.words" || fail "a stack of what holds nothing"

# ---- folded stacks ----

"$report" --folded - "$work/shop.lp" >"$work/folded" 2>"$work/err" || fail "folded: status $?"
expect_silence folded
expect_equal "folded stacks" "_start;__libc_start_main;main;fill_cache 5000000
_start;__libc_start_main;main;handle;push_global 3900000
other 10000" "$(grep -v script "$work/folded")"
expect_equal "folded lines" 4 "$(wc -l <"$work/folded")"
"$report" --folded "$work/folded.file" -o "$work/no-report" "$work/shop.lp" >"$work/words" || fail "folded to a file: status $?"
cmp -s "$work/folded" "$work/folded.file" || fail "the folded stacks in a file differ"
[ ! -s "$work/words" ] || fail "folded to a file, yet something was printed"
[ ! -e "$work/no-report" ] || fail "folded stacks, and a report"

# ---- a restart: the sites of the life before are not shown ----

points -v service=shop -v pid=7 -v restart=1 >"$work/restart.lp"
run restart "$work/restart.lp"
grep -q 'started again' "$work/restart.words" || fail "no restart"
"$report" --folded - "$work/restart.lp" >"$work/folded.restart" || fail "restart: status $?"
cmp -s "$work/folded" "$work/folded.restart" || fail "a restart changes the stacks: $(cat "$work/folded.restart")"
expect_equal "tables" 2 "$(grep -c '^Who allocated what' "$work/restart.words")"
table "$work/shop.words" >"$work/rows"
expect_equal "rows before the restart" "27.7 MiB 1000 bytes 57.2 MiB 976.6 KiB 30.0 s 100 % - gone" "$(table "$work/restart.words" | grep -vxF -f "$work/rows")"
expect_equal "rows after the restart" "$(cat "$work/rows")" "$(table "$work/restart.words" | grep -xF -f "$work/rows")"

# ---- an end: what is shown is from before it, where the process has freed nothing yet ----

points -v service=shop -v pid=7 -v ends=1 >"$work/ended.lp"
run ended "$work/ended.lp"
expect_equal "rows before the end" "$(cat "$work/rows")" "$(table "$work/ended.words")"
grep -qx 'Who allocated what shop (process 7 on h) held before it ended, estimated from samples:' "$work/ended.words" || fail "not said that it ended"
"$report" --folded - "$work/ended.lp" | cmp -s - "$work/folded" || fail "an end changes the stacks"
# If there is no other point, that of the end counts.
"$report" --folded - --from "$((now - 1)).3" "$work/ended.lp" >"$work/folded.end" || fail "at the end only: status $?"
expect_equal "at the end only" "" "$(cat "$work/folded.end")"
run end --from "$((now - 1)).3" "$work/ended.lp"
expect_equal "rows at the end" "0 bytes 0 bytes - - 40.5 s - - push_global
0 bytes 0 bytes - - 40.5 s - - other" "$(table "$work/end.words")"

# ---- several processes ----

points -v service=bar -v pid=8 -v ends=1 | cat - "$work/shop.lp" >"$work/two.lp"
run two "$work/two.lp"
expect_equal "tables" 2 "$(grep -c '^Who allocated what' "$work/two.words")"
"$report" --folded - "$work/two.lp" >"$work/folded.two" || fail "two: status $?"
grep -qxF 'bar 8;_start;__libc_start_main;main;fill_cache 5000000' "$work/folded.two" || fail "two: $(cat "$work/folded.two")"
"$report" --folded - --service shop "$work/two.lp" | cmp -s - "$work/folded" || fail "one of two has other stacks"

# ---- without sites ----

grep -v '^memagent_site' "$work/shop.lp" >"$work/none.lp"
run none "$work/none.lp"
! grep -qi 'allocated what\|called by' "$work/none.words" "$work/none/index.html" || fail "it invented sites"
expect_equal "files without sites" "" "$(cd "$work/none" && find . -name 'flame*')"
"$report" --folded - "$work/none.lp" >"$work/words" 2>"$work/err" && fail "it invented folded stacks"
grep -q 'the points have no call sites' "$work/err" || fail "the missing sites are not reported"

# ---- from InfluxDB, where the stacks are older than the chosen time ----

influxd_start "$work/influxdb"
influxd_query '' 'CREATE DATABASE memagent' >/dev/null
# The byte that is not UTF-8 would come back as another.
LC_ALL=C sed 's/\o377//' "$work/two.lp" >"$work/db.lp"
curl -s -f -X POST --data-binary @"$work/db.lp" "$INFLUXD_URL/write?db=memagent" || fail "InfluxDB did not accept the points"
for service in shop bar; do
	run file --service "$service" "$work/db.lp"
	run db --url "$INFLUXD_URL" --since 1h --service "$service"
	sed '$d' "$work/file.words" >"$work/file.rest"
	sed '$d' "$work/db.words" | cmp -s - "$work/file.rest" ||
		fail "the file (<) and InfluxDB (>) differ: $(sed '$d' "$work/db.words" | diff "$work/file.rest" -)"
done
"$report" --folded - --url "$INFLUXD_URL" --since "$(($(date +%s) - now + 20))s" --service shop >"$work/folded.db" || fail "from InfluxDB: status $?"
sed 's/??/?/' "$work/folded" | cmp -s - "$work/folded.db" ||
	fail "other stacks from InfluxDB: $(cat "$work/folded.db")"

# ---- between two times: the stacks are from before them ----

for source in "$work/db.lp" "--url $INFLUXD_URL"; do
	# shellcheck disable=SC2086 # an option and its value
	run between --service shop --from $((now - 20)) --until $((now - 10)) $source
	expect_equal "rows of $source between two times" "4.8 MiB 97.7 KiB 0 bytes 195.3 KiB 31.0 s 0 % - fill_cache
2.9 MiB 19.5 KiB 5.7 MiB 97.7 KiB 31.0 s 100 % - push_global" "$(table "$work/between.words" | grep -v 'script\|other')"
	grep -q '^    __libc_start_main$' "$work/between.words" || fail "no stack from before the time, of $source"
	sed -n 's/^<g class="f" data-d="0" .* data-v="\([0-9]*\)".*/\1/p' "$work/between/flame-growth.svg" >"$work/growth"
	expect_equal "growth in $source" 1000000 "$(cat "$work/growth")"
done
