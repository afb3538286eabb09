#!/bin/sh
# limit: 240
# The flame graphs of memagent-report: well-formed with hostile names, wide in proportion to bytes, the same sums on each
# level, with one stack as with thousands; and they load nothing.
. "$(dirname "$0")/../e2e/lib/influx.sh"

report=$build/memagent-report
for program in gnuplot xmllint; do
	command -v $program >/dev/null || skip "$program is not installed"
done
now=1764330000

# draw NAME: write a report from NAME.lp.
draw()
{
	TZ=UTC "$report" -o "$work/$1" "$work/$1.lp" >"$work/words" 2>"$work/err" || fail "$1: status $?: $(cat "$work/err")"
	for svg in "$work/$1"/flame*.svg; do
		xmllint --noout "$svg" 2>"$work/err" || fail "$svg is not well-formed"
		! grep -nE '(src|href)=|@import|url\(|http:' "$svg" | grep -v 'xmlns="http://www.w3.org/2000/svg"' || fail "$svg loads something"
		expect_equal "scripts in $svg" 1 "$(grep -c '<script>' "$svg")"
	done
}

# frames FILE: print "LEVEL X WIDTH VALUE NAME", a line for each frame.
frames()
{
	sed -n '/^<g class="f"/{N;s/.* data-d="\([0-9]*\)".*<title>\(.*\)\n.*<rect x="\([0-9.]*\)".* width="\([0-9.]*\)".*/\1 \3 \4 \2/p}' "$1" |
		paste -d ' ' - /dev/null >"$work/places"
	sed -n 's/^<g class="f".* data-v="\([0-9]*\)".*/\1/p' "$1" | paste -d ' ' "$work/places" - | awk '{ v = $NF; NF--; n = $4; for (i = 5; i <= NF; i++) n = n " " $i; print $1, $2, $3, v, n }'
}

awk -v now=$now -v service=shop -v pid=7 -f "$root/tests/grafana/lib/sites.awk" >"$work/shop.lp"
draw shop
expect_equal "frames" '0 0.00 999.50 9010000 all
1 0.00 987.29 8900000 _start
2 0.00 987.29 8900000 __libc_start_main
3 0.00 987.29 8900000 main
4 0.00 554.44 5000000 fill_cache
4 554.94 432.35 3900000 handle
5 554.94 432.35 3900000 push_global' "$(frames "$work/shop/flame.svg" | grep -v '^[0-9]* 9[89]')"
expect_equal "growth" '0 4000000 all
1 100000 [truncated]
1 3900000 _start
2 100000 [jit]
2 3900000 __libc_start_main
3 100000 &lt;/script&gt;&lt;i&gt;&amp;&quot;'\''\x??é
3 3900000 main
4 3900000 handle
5 3900000 push_global' "$(frames "$work/shop/flame-growth.svg" | cut -d ' ' -f 1,4- | LC_ALL=C sort)"
# The root is at the top: a deep stack does not push it out of sight.
expect_equal "levels" '48 66 84 102 120 138' "$(sed -n 's/.*<rect x="0.00" y="\([0-9]*\)".*/\1/p; s/.*<rect x="554.94" y="\(138\)".*/\1/p' "$work/shop/flame.svg" | paste -sd ' ' -)"
grep -A 1 '>push_global$' "$work/shop/flame.svg" | grep -q '^3.7 MiB, 43.3 %</title>' || fail "no bytes or per cent"
grep -q '>Growth of live bytes by call stack, from 2025-11-28 11:39:20 to 11:39:59<' "$work/shop/flame-growth.svg" ||
	fail "no times of the growth"

# ---- one point: no growth; nothing that grows: neither ----

awk -v now=$now -v service=shop -v pid=7 -v points=1 -f "$root/tests/grafana/lib/sites.awk" >"$work/one.lp"
draw one
expect_equal "graphs of one point" flame.svg "$(cd "$work/one" && echo flame*.svg)"
grep -v 'push_global\|script' "$work/shop.lp" >"$work/level.lp"
draw level
expect_equal "graphs of what is level" flame.svg "$(cd "$work/level" && echo flame*.svg)"

# ---- thousands of stacks, one of them too deep ----

awk -v now=$now 'BEGIN {
	srand(1)
	print "memagent,host=h,service=x,pid=1 mallocs=1i,heap_alloc_bytes=1000000i " now "000000000"
	for (i = 0; i < 3000; i++) {
		stack = "main"
		for (k = 0; k < 30 * rand(); k++)
			stack = stack ";f" int(10 * rand())
		printf "memagent_site,host=h,service=x,pid=1,site=%016x,function=f live_bytes=%di,stack=\"%s\" %d000000000\n", i, 1 + 1e6 * rand() ^ 8, stack, now
	}
	stack = "main"
	for (k = 0; k < 5000; k++)
		stack = stack ";deep"
	printf "memagent_site,host=h,service=x,pid=1,site=deep,function=f live_bytes=1000000i,stack=\"%s\" %d000000000\n", stack, now
}' >"$work/many.lp"
draw many
frames "$work/many/flame.svg" >"$work/frames"
[ "$(wc -l <"$work/frames")" -gt 2000 ] || fail "only $(wc -l <"$work/frames") frames"
# No frame lies over another of its level, or beyond the frame below it, which is drawn 0.5 narrower than it is.
awk '{ d = $1; x = $2; w = $3
	if (x < right[d] - 0.02) print "over another:", $0
	if (d && (x < left[d - 1] - 0.02 || x + w > right[d - 1] + 0.52)) print "beyond what is below:", $0
	left[d] = x; right[d] = x + w }
	$1 > 256 { print "too deep:", $0 }' "$work/frames" >"$work/wrong"
[ ! -s "$work/wrong" ] || fail "$(head -n 5 "$work/wrong")"
