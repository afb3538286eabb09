#!/bin/sh
# memagent-report's verdict on a process: growth is a leak if it is steady and outlives the load.
# Otherwise the verdict is another word.
set -eu

root=$(cd "$(dirname "$0")/../.." && pwd)
build=$(cd "${BUILD:-$root/build}" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
figures=$work/report/figures.tsv
report_requests=

# The text does not depend on the pictures.
mkdir "$work/bin"
printf '#!/bin/sh\n' >"$work/bin/gnuplot"
chmod +x "$work/bin/gnuplot"
PATH=$work/bin:$PATH

fail()
{
	echo "$(basename "$0"): $*" >&2
	exit 1
}

# verdict LIVE COUNT BUSY [TIME]: judge COUNT points.  awk's expressions give the live bytes at the point
# t, the work done by then in hundreds of objects, and the second (by default t).  $each is another number of
# objects than 100; the statements in $more may set rss and more, which is more fields of the point.
verdict()
{
	awk 'BEGIN {
		for (t = 0; t < '"$2"'; t++) {
			busy = '"$3"'
			live = '"$1"'
			held = live > held ? live : held
			rss = 4e6 + held
			more = ""
			'"${more-}"'
			time = sprintf("%.3f", 1e9 + '"${4:-t}"')
			sub(/\./, "", time)
			printf "memagent,host=h,service=shop,pid=1 mallocs=%di,heap_objects=%di,heap_alloc_bytes=%di,rss_bytes=%di%s %s000000\n",
			    700 + busy * '"${each:-100}"', live / 100, live, rss, more, time
		}
	}' >"$work/points"
	"$build/memagent-report" -o "$work/report" --requests "${report_requests:-0}" "$work/points" >"$work/words" 2>&1 ||
		fail "status $?: $(cat "$work/words")"
}

# expect CLASSES WORDS LIVE COUNT BUSY [TIME]: a class for each process that the points show.
expect()
{
	classes=$1 words=$2
	shift 2
	verdict "$@"
	found=$(sed -n 's/^class	//p' "$figures" | paste -sd ' ' -)
	[ "$found" = "$classes" ] || fail "$*: expected $classes, got $found: $(cat "$work/words")"
	grep -qF -e "$words" "$work/words" || fail "$*: no \"$words\" in: $(cat "$work/words")"
}

# deny WORDS: the last verdict does not say so.
deny()
{
	! grep -qF -e "$1" "$work/words" || fail "\"$1\" in: $(cat "$work/words")"
}

# Rest, 25 s of load, rest; two loads with rest before, between and after.
one='t < 5 ? 0 : t > 30 ? 25 : t - 5'
two='t < 10 ? 0 : t < 40 ? t - 10 : t < 60 ? 30 : t < 90 ? t - 30 : 60'

# ---- what it is ----

expect leaks 'LEAK: shop (process 1 on h) keeps what it allocates. In 25.0 s of load' '1e6 + busy * 1e6' 40 "$one"
expect leaks 'Under load live bytes grew by 976.6 KiB a second; after it 24.8 MiB are live. Resident: 4.8 MiB before' \
	'1e6 + busy * 1e6' 40 "$one"
expect leaks 'LEAK' '1e6 + busy * 5e3' 40 "$one"
expect leaks 'LEAK' '1e6 + busy * 1e5' 100 "$two"
expect leaks 'LEAK' '1e6 + busy * 1e6 + (busy > 0 && busy < 25) * 2e6' 40 "$one"
expect returns 'The allocator still holds 23.8 MiB' 't > 32 ? 1e6 : 1e6 + busy * 1e6' 40 "$one"
expect returns 'No leak' '1e6 + (t > 32 ? 10 : busy) * 1e6' 40 "$one"
expect returns 'No leak' '1e6 + t % 3 * 4e5 - (t > 30 ? t % 3 * 4e5 : 0)' 40 "$one"
expect returns 'No leak' '1e8 - t * 1e6' 60 t
expect level 'what a cache does' '1e6 + (busy < 10 ? busy : 10) * 1e6' 40 "$one"
expect level 'what a cache does' '1e6 + (busy < 30 ? busy : 30) * 1e5' 100 "$two"

# ---- the figures of each, also by the request ----

report_requests=500
grown='Under load live bytes grew by'
expect leaks "$grown 48.8 KiB a request, 976.6 KiB a second; after it 24.8 MiB are live." '1e6 + busy * 1e6' 40 "$one"
expect returns "$grown 48.8 KiB a request, 976.6 KiB a second; after it 976.6 KiB are live." 't > 32 ? 1e6 : 1e6 + busy * 1e6' 40 "$one"
expect returns "$grown 0 bytes a request, 0 bytes a second; after it 976.6 KiB are live." 1e6 40 "$one"
expect returns 'Under load live bytes fell by 115.2 KiB a request, 976.6 KiB a second; at the end' '1e8 - t * 1e6' 60 t
expect level "$grown 17.4 KiB a request, 348.9 KiB a second; after it 10.5 MiB are live." \
	'1e6 + (busy < 10 ? busy : 10) * 1e6' 40 "$one"
expect grows "$grown 1.2 KiB a request" '1e8 + t * 1e4 + t % 9 * 1e3' 60 t
expect unknown "$grown" '1e6 + (busy > 20 ? 1e7 : 0)' 40 "$one"
report_requests=

# ---- trims ----

freed='t > 32 ? 1e6 : 1e6 + busy * 1e6'
more='n = int(t / 2); more = ",trims=" n ",trim_pause_ns=" (n == 17 ? 7e7 : 2e6) ",trim_pause_total_ns=" 2e6 * n + (n > 16) * 68e6
	if (t > 33) rss = 5e6'
expect returns '19 trims took 106.0 ms in all, the last 2.0 ms, 70.0 ms at most; the most effective shrank the resident set from 28.6 MiB to 4.8 MiB.' \
	"$freed" 40 "$one"
grep -qx 'rss_before_trim_bytes	30000000' "$figures" || fail "the resident set before the trim is missing"
grep -qx 'rss_after_trim_bytes	5000000' "$figures" || fail "the resident set after the trim is missing"
more='more = ",trims=" int(t / 2) ",trim_pause_ns=2000000,trim_pause_total_ns=" 2e6 * int(t / 2)'
expect returns '19 trims took 38.0 ms in all, the last 2.0 ms, 2.0 ms at most; none shrank the resident set.' "$freed" 40 "$one"
more='more = ",trims=0"'
expect returns '0 trims took 0 µs in all.' "$freed" 40 "$one"
more=

# ---- what is resident, and not live ----

# Before any trim, it is recommended.  It is not when trims have given nothing back.
expect returns 'holds 23.8 MiB that the program has freed. MEMAGENT_TRIM_INTERVAL returns' "$freed" 40 "$one"
more='more = ",heap_sys_bytes=30000000,trims=" int(t / 2)'
expect returns 'holds 23.8 MiB that the program has freed, in holes smaller than a page: trims gave nothing back.' "$freed" 40 "$one"
deny MEMAGENT_TRIM_INTERVAL
more='more = ",trims=" int(t / 2); if (t >= 34) rss -= 5e6'
expect returns 'holds 19.1 MiB that the program has freed. 19 trims' "$freed" 40 "$one"
# Arenas of many threads.
more='more = ",heap_sys_bytes=" 1e6 + busy * 2e7; rss = 5e6 + busy * 8e6'
expect returns 'holds 190.7 MiB that the program has freed' 1e6 40 "$one"
deny 'come from malloc'
# Growth by mmap, beside a balanced malloc, and beside a leak of malloc.
more='more = ",heap_sys_bytes=1135168"; rss = 5e6 + busy * 8e6'
expect returns 'At least 190.6 MiB of the growth did not come from malloc, whose allocator has 1.1 MiB from the kernel: look at mappings' \
	1e6 40 "$one"
deny 'still holds'
more='more = ",heap_sys_bytes=" live; rss = live + busy * 8e6'
expect leaks 'At least 190.7 MiB of the growth did not come from malloc' '1e6 + busy * 1e6' 40 "$one"
more='more = ",heap_sys_bytes=" live; rss = live + 4e6'
expect leaks LEAK '1e6 + busy * 1e6' 40 "$one"
deny 'come from malloc'
more=

# ---- bytes count, not objects ----

each=1
expect leaks 'Of 25 objects allocated,' '1e6 + busy * 204800' 40 "$one"
expect leaks 'Of 719 objects allocated,' '1e5 + t * 1e6' 720 t 't * 10'
expect returns 'No leak' "$freed" 40 "$one"
expect level 'what a cache does' '1e6 + (busy < 10 ? busy : 10) * 1e6' 40 "$one"
expect unknown 'made 25 objects in 40 points' '1e6 + busy * 1e4' 40 "$one"
# One array that grows.
each=0
more='more = ",reallocs=" busy * 10'
expect leaks 'steadily. It resized objects 250 times. (A cache' '1e6 + busy * 1e6' 40 "$one"
expect leaks 'It resized objects 7,190 times.' '1e5 + t * 870000' 720 t 't * 10'
expect returns 'No leak' "$freed" 40 "$one"
report_requests=500
expect leaks "$grown 48.8 KiB a request" '1e6 + busy * 1e6' 40 "$one"
report_requests=
each=
more=

# ---- the load is not over ----

# Growth for half an hour is a leak for the alert rule, too.
expect leaks 'LEAK' '1e8 + t * 1e5 + t % 9 * 1e6' 100 t 't * 30'
expect grows 'the load is not over' '1e8 + t * 1e5 + t % 9 * 1e6' 100 t 't * 10'
expect grows 'busy from the first point on and the load is not over' '1e6 + t * 1e6' 60 t
expect grows 'busy from the first point on. To find out, run another load' '1e6 + busy * 1e6' 40 't < 35 ? t : 35'
expect returns 'No leak' '1e6 + t % 15 * 1e6' 45 t
expect returns 'No leak' '1e6 + t % 15 * 1e6' 46 t
expect returns 'No leak' '1e7 + t * 7919 % 101 * 2e4' 100 t

# A worker that is busy from its first point on, and then rests.
expect leaks 'LEAK' '1e6 + busy * 1e5' 730 't < 720 ? t : 720' 't * 10'
expect grows 'busy from the first point on. To find out, run another load' '1e6 + busy * 1e5' 610 't < 600 ? t : 600'

# ---- the start ----

expect unknown 'made 0 objects in 32 points after its start; 8.6 MiB are live' '1e6 + busy * 1e6' 40 't < 8 ? t : 8'
expect grows 'from 28.6 MiB to 34.0 MiB, steadily' 't < 3 ? t * 1e7 : 3e7 + (t - 3) * 1e5' 60 't < 3 ? t * 50 : 150 + t - 3'
expect returns 'No leak' 't < 5 ? t * 1e6 : 5e6' 50 't < 5 ? t * 10 : t < 15 ? 50 : t < 45 ? 50 + t - 15 : 80'

# ---- too little, or not steady ----

expect unknown 'made 0 objects in 1 point;' 1e6 1 0
expect unknown 'made 0 objects in 30 points;' 1e6 30 0
expect unknown '3 points under load' '1e6 + busy * 1e6' 10 't < 3 ? 0 : t < 6 ? (t - 2) * 10 : 30'
expect unknown ', in 10 points' '1e6 + busy * 1e5' 20 't < 3 ? 0 : t < 13 ? (t - 2) * 10 : 100'
expect unknown 'but not steadily' '1e6 + (busy > 20 ? 1e7 : 0)' 40 "$one"
expect unknown 'but not steadily' '1e6 + (t > 55) * 2e7' 60 t
expect unknown 'but not steadily. A longer load would show' '1e6 + busy * 1e4 + int(busy / 30) * 3e6' 110 't < 5 ? 0 : t < 105 ? t - 5 : 100'
# Caches that fill late, or more and more slowly.
expect unknown 'but not steadily' '1e6 + (busy < 19 ? busy : 19) * 1e6' 40 "$one"
expect unknown 'but not steadily' '1e6 + 2e5 * t * (1 - 0.42 * t / 150)' 150 t

# ---- gaps, and clocks that were changed ----

expect leaks 'LEAK' '1e6 + busy * 1e6' 40 "$one" 't + (t > 20) * 40'
expect leaks 'LEAK' '1e6 + busy * 1e6' 40 "$one" 't + (t > 20) * 86400'
expect grows 'the load is not over' '1e6 + t * 1e6' 40 t 't + (t > 20) * 86400'
expect returns 'No leak' '1e6 + t % 3 * 1e4' 60 t 't - (t >= 30) * 20.5'

# ---- two processes with one pid, as in a restarted container ----

again='t % 40 < 5 ? 0 : t % 40 > 30 ? 25 : t % 40 - 5'
expect 'leaks leaks' 'LEAK: shop (process 1 on h, started again)' '1e6 + busy * 1e6' 80 "$again"
expect 'leaks leaks' 'LEAK: shop (process 1 on h)' '1e6 + busy * 1e6' 80 "$again"
