#!/bin/sh
# limit: 240
# memagent-report says first which call site leaks, as the agent judged it: in the words, on the page and in
# figures.tsv, from a file and from InfluxDB.
. "$(dirname "$0")/../e2e/lib/influx.sh"

command -v curl >/dev/null || skip "curl is not installed"
now=$(($(date +%s) / 100 * 100))

# The words do not depend on the pictures.
mkdir "$work/bin"
printf '#!/bin/sh\n' >"$work/bin/gnuplot"
chmod +x "$work/bin/gnuplot"
PATH=$work/bin:$PATH
TZ=UTC
export TZ

# points LIVE STATEMENTS: 40 points of a process, a second apart, of which 25 s are load.  LIVE are its live bytes.
# The STATEMENTS of awk write points of its sites: site(NAME, LIVE, MADE, VERDICT, RATE, PERCENT).
points()
{
	awk -v now="$now" 'function site(name, live, made, verdict, rate, percent) {
			printf "memagent_site,host=h,service=shop,pid=1,site=%s,function=%s live_bytes=%di,alloc_bytes=%di,growth_bytes_per_s=%di," \
			    "growth_bytes_per_s_error=%di,verdict=\"%s\"%s%s %d000000000\n", name, name, live, made, rate, rate / 10, verdict,
			    verdict == "leak" ? sprintf(",growth_percent=%di,growth_since_ns=%d000000000i", percent, now - 35) : "",
			    t ? "" : ",stack=\"main;handle;" name "\"", now - 40 + t
		}
		BEGIN {
			for (t = 0; t < 40; t++) {
				busy = t < 5 ? 0 : t > 30 ? 25 : t - 5
				over = t > 30
				live = '"$1"'
				printf "memagent,host=h,service=shop,pid=1 mallocs=%di,heap_objects=%di,heap_alloc_bytes=%di,rss_bytes=%di %d000000000\n",
				    700 + busy * 100, live / 100, live, 4e6 + live, now - 40 + t
				'"$2"'
			}
		}' >"$work/points"
}

# run OPTION...: write a report; its words are in $work/words.
run()
{
	"$build/memagent-report" -o "$work/report" "$@" >"$work/words" 2>"$work/err" || fail "status $?: $(cat "$work/err")"
}

# expect LINE TEXT: the text at the begin of this line of the words.
expect()
{
	case $(sed -n "$1p" "$work/words") in
	"$2"*) ;;
	*) fail "line $1 is not \"$2\": $(cat "$work/words")" ;;
	esac
}

verdict_of()
{
	awk -v name="$1" '$NF == name && NF > 3 { print $(NF - 1) }' "$work/words"
}

leak='site("push", 1e5 * busy, 1e6 * busy, over ? "level" : t < 10 ? "growing" : "leak", 1e5, 96)'
cache='site("cache", 5e6, 5e6 + 1e5 * t, "level", 0)'
since=$(date -u -d "@$((now - 35))" +%H:%M:%S)

# ---- a leak: first its site, then the verdict on the process ----

points '5e6 + 1e5 * busy' "$leak; $cache"
run "$work/points"
expect 1 "push leaks 97.7 ± 9.8 KiB/s, 96 % of the growth, since $since."
expect 2 'LEAK: shop (process 1 on h) keeps what it allocates. In 25.0 s of load'
expect_equal "verdict on push" leak "$(verdict_of push)"
expect_equal "verdict on cache" level "$(verdict_of cache)"
expect_equal "leaks in figures.tsv" "leak_site push
leak_function push
leak_stack main;handle;push
leak_bytes_per_second 100000
leak_growth_percent 96" "$(grep ^leak "$work/report/figures.tsv" | tr '\t' ' ')"
grep -A 1 '<p class="verdict leaks">' "$work/report/index.html" | grep -qF "<strong>push leaks 97.7 ± 9.8 KiB/s" ||
	fail "the page does not begin with the site"
cp "$work/points" "$work/leak"

# ---- no site leaks: nothing is added ----

points '5e6 + 1e5 * (busy < 5 ? busy : 5)' "$cache; site(\"late\", 1e5 * (busy < 5 ? busy : 5), 1e5 * t, \"level\", 0)"
run "$work/points"
expect 1 'No leak: shop (process 1 on h) grew to a bound'
! grep -q ' leaks \|^leak_' "$work/words" "$work/report/figures.tsv" || fail "it invented a leak"

# A cache that was taken for a leak while it filled, and objects that are freed after the load.
points '5e6 + 1e5 * (busy < 9 ? busy : 9)' 'site("cache", 1e5 * (busy < 9 ? busy : 9), 1e5 * t, busy > 6 && busy < 10 ? "leak" : "level", 1e5, 99)'
run "$work/points"
expect 1 'No leak: shop (process 1 on h) grew to a bound'
expect_equal "verdict on cache" level "$(verdict_of cache)"
points 'over ? 5e6 : 5e6 + 1e5 * busy' 'site("burst", over ? 1e4 : 1e5 * busy, 1e5 * busy, t < 10 ? "growing" : "leak", 1e5, 99)'
run "$work/points"
expect 1 'No leak: shop (process 1 on h) frees what it allocates'
expect_equal "verdict on burst" shrinking "$(verdict_of burst)"

# ---- a leak too slow to show in all live bytes ----

points '5e6 + t % 3 * 1e6' 'site("slow", 1e3 * busy, 1e3 * busy, t < 10 ? "growing" : "leak", 1e3, 4)'
run "$work/points"
expect 1 "slow leaks 1000 ± 100 bytes/s, 4 % of the growth, since $since."
expect 2 'As a whole, shop (process 1 on h) frees what it allocates.'
points '5e6 + 1e6 * (busy < 9 ? busy : 9)' 'site("slow", 1e3 * busy, 1e3 * busy, t < 10 ? "growing" : "leak", 1e3, 4)'
run "$work/points"
expect 2 'As a whole, shop (process 1 on h) grew to a bound'
! grep -q 'what a cache does' "$work/words" || fail "a leak is explained by a cache"

points '5e6 + (busy > 20 ? 1e7 : 0) + 1e3 * busy' 'site("slow", 1e3 * busy, 1e3 * busy, t < 10 ? "growing" : "leak", 1e3, 4)'
run "$work/points"
expect 2 'Too little to say about the whole of shop (process 1 on h): in 25.0 s of load'
! grep -q 'A longer load' "$work/words" || fail "a leak is found, and it wants a longer load"

# It comes before a process without call sites that grows more.
sed 's/pid=1/pid=2/; /^memagent_site/d' "$work/leak" >>"$work/points"
run "$work/points"
expect 2 'Too little to say about the whole of shop (process 1 on h)'
expect 3 'LEAK: shop (process 2 on h) keeps'

# ---- several: the fastest first, three of them ----

points '5e6 + 1e5 * busy' 'for (i = 1; i <= 5; i++) site("f" i, 1e4 * i * busy, 1e6 * busy, t < 10 ? "growing" : "leak", 1e4 * i, 7 * i)'
run "$work/points"
expect 1 'f5 leaks 48.8 ± 4.9 KiB/s, 35 %'
expect 3 'f3 leaks 29.3 ± 2.9 KiB/s, 21 %'
expect 4 'And 2 more call sites.'
expect 5 LEAK
expect_equal "sites in figures.tsv" 5 "$(grep -c '^leak_site' "$work/report/figures.tsv")"
expect_equal "lines at the head of the page" 'f5 f4 f3 And ' \
	"$(grep -o '<strong>[^ ]* .*</strong>' "$work/report/index.html" | sed 's/<strong>//; s/ .*//' | tr '\n' ' ')"

# ---- from InfluxDB ----

influxd_start "$work/influxdb"
influxd_query '' 'CREATE DATABASE memagent' >/dev/null
curl -s -f -X POST --data-binary @"$work/leak" "$INFLUXD_URL/write?db=memagent" || fail "InfluxDB did not accept the points"
run "$work/leak"
cp "$work/words" "$work/file.words"
run --url "$INFLUXD_URL" --since 1h
cmp -s "$work/words" "$work/file.words" || fail "the file (<) and InfluxDB (>) differ: $(diff "$work/file.words" "$work/words")"
