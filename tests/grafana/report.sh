#!/bin/sh
# limit: 240
# memagent-report distinguishes a leak from other growth, from a file and from InfluxDB.  Its page
# needs only the pictures beside it.  It says what is wrong when there is nothing to draw.
. "$(dirname "$0")/../e2e/lib/influx.sh"

report=$build/memagent-report
for program in gnuplot curl; do
	command -v $program >/dev/null || skip "$program is not installed"
done

# points SERVICE PID FORMULA: forty points, one a second; the live bytes at t s are the formula's value.
points()
{
	service=$1 awk -v now="$now" -v pid="$2" 'BEGIN {
		service = ENVIRON["service"]
		for (t = 0; t < 40; t++) {
			busy = t < 5 ? 0 : t > 30 ? 25 : t - 5
			live = '"$3"'
			held = live > held ? live : held
			printf "memagent,host=h,service=%s,pid=%s mallocs=%di,frees=%di,heap_objects=%di,heap_alloc_bytes=%di," \
			    "total_alloc_bytes=%di,rss_bytes=%di,sys_bytes=%di,stack_bytes=135168i,threads=%di,%ssizes_le_16=%di,sizes_le_64=%di,agent_coverage=\"all, or so\" %d000000000\n",
			    service, pid, 100 + busy * 5000, 100 + busy * 5000 - live / 100, live / 100, live, 2 * held, 4e6 + held,
			    2e8 + held, (t > 4 ? 50 : 3), t % 10 ? "" : sprintf("heap_sys_bytes=%di,heap_inuse_bytes=%di,", held + 1e6, live),
			    busy * 2000, busy * 3000, now - 45 + t
		}
	}'
}

figure()
{
	sed -n "s/^$2	//p" "$1/figures.tsv"
}

# expect_class CLASS WORDS FORMULA: this is the verdict on a process with these live bytes.
expect_class()
{
	points shop 1 "$3" >"$work/$1.lp"
	"$report" -o "$work/$1" --requests 1000 "$work/$1.lp" >"$work/words" 2>"$work/err" || fail "$1: status $?"
	expect_silence "$1"
	expect_equal "class of $3" "$1" "$(figure "$work/$1" class)"
	grep -qF -e "$2" "$work/words" || fail "$1: no \"$2\" in: $(cat "$work/words")"
	sed '$d' "$work/words" | cmp -s - "$work/$1/verdict.txt" || fail "verdict.txt differs from the output"
	expect_equal "last line" "The page: $work/$1/index.html" "$(tail -n 1 "$work/words")"
}

now=$(date +%s)
expect_class leaks 'LEAK: shop (process 1 on h) keeps what it allocates' '1e6 + busy * 1e6'
expect_equal "bytes a request" 25000 "$(figure "$work/leaks" live_slope_bytes_per_request)"
expect_equal "bytes a second" 1000000 "$(figure "$work/leaks" live_slope_bytes_per_second)"
expect_equal "live afterwards" 26000000 "$(figure "$work/leaks" live_after_bytes)"
expect_class level 'That is what a cache does' '1e6 + (busy < 10 ? busy : 10) * 1e6'
expect_class returns 'The allocator still holds 23.8 MiB' 't > 32 ? 1e6 : 1e6 + busy * 1e6'
expect_equal "at most" 26000000 "$(figure "$work/returns" live_peak_bytes)"

# ---- the page ----

page=$work/level/index.html
pictures=$(sed -n 's/.*<img src="\([^"]*\)".*/\1/p' "$page")
expect_equal "pictures" "heap.svg allocator.svg objects.svg rates.svg bytes.svg growth.svg sizes.svg threads.svg sys.svg stack.svg" "$(echo "$pictures" | paste -sd ' ' -)"
for picture in $pictures; do
	[ -s "$work/level/$picture" ] || fail "$picture is not there"
	png=$work/level/${picture%.svg}.png
	expect_equal "size of $png" "960 360" "$(od -An -tu1 -j16 -N8 "$png" | awk '{ print $3 * 256 + $4, $7 * 256 + $8 }')"
done
for word in 'Live bytes and resident set' MiB live resident seconds; do
	grep -qF ">$word<" "$work/level/heap.svg" || fail "no \"$word\" in heap.svg"
done
if grep -nE '(src|href)="?(/|[a-z]+:)|<script|@import|url\(' "$page"; then
	fail "the page needs files that are not beside it"
fi

# The page and the text have the points' times, the command and the version.
version=$("$report" -v)
from=$(LC_ALL=C date -d "@$((now - 45))" '+%Y-%m-%d %H:%M:%S')
to=$(LC_ALL=C date -d "@$((now - 6))" '+%Y-%m-%d %H:%M:%S %Z')
for file in "$page" "$work/level/verdict.txt"; do
	grep -qF "39.0 s of points, from $from to $to. Made by $version." "$file" || fail "$file has no times or version"
done
grep -qF "<code>memagent-report -o $work/level --requests 1000 $work/level.lp</code>" "$page" || fail "the page has no command"

# Bars of all sizes are above their names, and figures that need one point are there with one.
echo 'memagent,host=h,service=x,pid=9 mallocs=15i,heap_alloc_bytes=1i,sizes_0=1i,sizes_le_1=2i,sizes_le_16=3i,sizes_le_2048=4i 1000000000000000000' \
	>"$work/sizes.lp"
"$report" -o "$work/sizes" "$work/sizes.lp" >"$work/words" 2>"$work/err" || fail "one point: status $?"
expect_silence "one point"
grep -qF 'it made 0 objects in 1 point; 1 byte is live' "$work/words" || fail "one point: $(cat "$work/words")"
expect_equal "pictures of one point" 'heap.svg sizes.svg' "$(cd "$work/sizes" && echo *.svg)"
awk -F "[ ('=,>]+" '
	/text-anchor="middle"/ { for (i = 1; i < NF; i++) if ($i == "\"translate") x = $(i + 1) }
	/<tspan/ && x { text = $0; gsub(/<[^>]*>|\t/, "", text); name[sprintf("%.0f", x)] = text; x = "" }
	/<polygon/ { for (i = 1; i < NF; i++) if ($i == "points") print name[sprintf("%.0f", ($(i + 1) + $(i + 3)) / 2)] }' \
	"$work/sizes/sizes.svg" >"$work/found"
expect_equal "bars" '0, 1, 16, 2 Ki' "$(paste -sd, "$work/found" | sed 's/,/, /g')"

# ---- curves ----

# stretches PICTURE NUMBER: print of how many lines the curve consists, besides its line in the key.
stretches()
{
	awk -v plot="gnuplot_plot_$2\"" 'index($0, plot) { inside = 1 }
		inside && /<path stroke/ { curve = 1 }
		inside && curve { moves += gsub(/M/, "") }
		inside && curve && /\/>/ { exit }
		END { print moves - 1 }' "$1"
}

# Allocator fields are in every tenth point: a line joins these, but no line crosses a gap.
for curve in 1 2; do
	expect_equal "stretches of the allocator's curve $curve" 1 "$(stretches "$work/level/allocator.svg" $curve)"
done
points shop 1 '1e6 + busy * 1e6' | awk -v OFS=' ' '{ $NF = substr($NF, 1, 10) + (NR > 20) * 200 "000000000" } 1' >"$work/gap.lp"
"$report" -o "$work/gap" "$work/gap.lp" >"$work/words" 2>"$work/err" || fail "a gap: status $?"
for picture in heap allocator; do
	expect_equal "stretches of $picture with a gap" 2 "$(stretches "$work/gap/$picture.svg" 2)"
done

# Of many points the extremes are drawn, even if they lasted one second.
# expect_high PICTURE WHAT: the picture shows the peak of a single point.
expect_high()
{
	awk -v now="$now" -v high="$2" 'BEGIN {
		for (t = 0; t < 9000; t++)
			printf "memagent,host=h,service=x,pid=9 mallocs=%di,heap_alloc_bytes=%di,rss_bytes=%di,trims=%di,trim_pause_ns=%di %d000000000\n",
			    t, high == "live" && t == 7777 ? 8.2e8 : 1e6, high == "resident" && t == 7777 ? 8.2e8 : 2e6,
			    t, high == "pause" && t == 7777 ? 8.2e8 : 1e6, now - 9000 + t
	}' >"$work/long.lp"
	"$report" -o "$work/long" "$work/long.lp" >"$work/words" 2>"$work/err" || fail "many points: status $?"
	expect_silence "many points"
	grep -q '> *800<' "$work/long/$1.svg" || fail "$1.svg leaves out what is $2 for a second"
	[ "$(wc -c <"$work/long/$1.svg")" -lt 150000 ] || fail "$1.svg draws all of the points"
}
expect_high heap live
expect_high heap resident
expect_high trim pause

# ---- several processes, odd names ----

{
	points 'a\ \,\=b<i>"' 7 '1e6 + busy * 1e6'
	points "d'or" 8 '1e6'
	echo 'memagent_event,host=h,service=x,pid=9 event="start",text="started" 1000000000000000000'
	echo 'memagent,host=h,service=x,pid=9 heap_alloc'
	echo 'other,host=h,service=x,pid=9 heap_alloc_bytes=1i 1000000000000000000'
} >"$work/odd.lp"
"$report" -o "$work/it's odd" "$work/odd.lp" >"$work/words" 2>"$work/err" || fail "odd names: status $?"
expect_silence "odd names"
expect_equal "processes" 'a ,=b<i>" (process 7 on h)
d'"'"'or (process 8 on h)' "$(figure "$work/it's odd" process)"
grep -qF 'a ,=b&lt;i&gt;&quot; (process 7' "$work/it's odd/index.html" || fail "the name is not escaped on the page"
grep -qF "d'or 8" "$work/it's odd/heap.svg" || fail "the key does not name d'or"
"$report" -o "$work/one" --service "d'or" "$work/odd.lp" >"$work/words" || fail "one service: status $?"
expect_equal "one service" "d'or (process 8 on h)" "$(figure "$work/one" process)"

# ---- like processes ----

{
	for pid in $(seq 1 23); do
		points worker "$pid" 1e6
	done
	points shop 99 '1e6 + busy * 1e6'
} >"$work/like.lp"
"$report" -o "$work/like" "$work/like.lp" >"$work/words" 2>"$work/err" || fail "like processes: status $?"
expect_equal "first words" "LEAK: shop (process 99 on h)" "$(head -n 1 "$work/words" | sed 's/).*/)/')"
expect_equal "first class" leaks "$(figure "$work/like" class | head -n 1)"
expect_equal "processes in figures.tsv" 24 "$(figure "$work/like" process | wc -l)"
remark='6 of 23 processes of worker with this verdict are shown; figures.tsv has all.'
expect_equal "lines of words" 10 "$(wc -l <"$work/words")"
grep -qxF "$remark" "$work/words" || fail "the text does not say which processes are not shown"
grep -qF "$remark" "$work/like/index.html" || fail "the page does not say which processes are not shown"
expect_equal "tables" 7 "$(grep -c '<table>' "$work/like/index.html")"
for words in 'Live bytes (solid) and resident set (dashed)' 'seconds; 6 of 24 processes shown, those with the most live bytes'; do
	grep -qF ">$words<" "$work/like/heap.svg" || fail "no \"$words\" in heap.svg"
done

# ---- processes that differ in a tag only ----

{
	points 'shop,env=prod' 1 '1e6 + busy * 1e6'
	points 'shop,env=test' 1 1e6
} >"$work/tags.lp"
"$report" -o "$work/tags" "$work/tags.lp" >"$work/words" 2>"$work/err" || fail "tags: status $?"
expect_equal "processes" 'shop (process 1 on h, env=prod)
shop (process 1 on h, env=test)' "$(figure "$work/tags" process)"
expect_equal "classes" 'leaks returns' "$(figure "$work/tags" class | paste -sd ' ' -)"
for name in 'shop 1 env=prod' 'shop 1 env=test'; do
	grep -qF ">$name<" "$work/tags/heap.svg" || fail "no \"$name\" in the key"
done

# ---- the same from InfluxDB ----

influxd_start "$work/influxdb"
influxd_query '' 'CREATE DATABASE memagent' >/dev/null
for points in "$work/leaks.lp" "$work/odd.lp" "$work/like.lp" "$work/tags.lp"; do
	grep ' [0-9]*$' "$points" | curl -s -f -X POST --data-binary @- "$INFLUXD_URL/write?db=memagent" || fail "InfluxDB did not accept the points"
done
cat "$work/leaks.lp" "$work/tags.lp" "$work/like.lp" >"$work/shops.lp"
for service in shop "d'or"; do
	cat "$work/shops.lp" "$work/odd.lp" >"$work/all.lp"
	"$report" -o "$work/file" --service "$service" "$work/all.lp" >/dev/null || fail "from the file: status $?"
	"$report" -o "$work/db" --url "$INFLUXD_URL" --since 1h --service "$service" >"$work/words" 2>"$work/err" ||
		fail "from InfluxDB: status $?"
	cmp -s "$work/file/figures.tsv" "$work/db/figures.tsv" ||
		fail "the file (<) and InfluxDB (>) differ: $(diff "$work/file/figures.tsv" "$work/db/figures.tsv")"
	for picture in heap.svg sizes.svg rates.png; do
		cmp -s "$work/file/$picture" "$work/db/$picture" || fail "$picture of $service is another from InfluxDB than from the file"
	done
done

# expect_same NAME OPTION...: NAME.lp and InfluxDB give the same report.
expect_same()
{
	name=$1
	shift
	"$report" -o "$work/file" "$@" "$work/$name.lp" >/dev/null || fail "$name from the file: status $?"
	"$report" -o "$work/db" --url "$INFLUXD_URL" --since 1h "$@" >"$work/words" 2>"$work/err" || fail "$name from InfluxDB: status $?"
	for part in figures.tsv heap.svg sizes.svg; do
		cmp -s "$work/file/$part" "$work/db/$part" || fail "$part of $name is another from InfluxDB than from the file"
	done
}
expect_same shops --service shop
expect_same like --service worker

# ---- points up to a time, the sizes among them ----

for until in $((now - 20)) $((now - 20)).5; do
	"$report" -o "$work/file" --service shop --until "$until" "$work/all.lp" >/dev/null || fail "until $until from the file: status $?"
	"$report" -o "$work/db" --url "$INFLUXD_URL" --since 1h --service shop --until "$until" >/dev/null || fail "until $until: status $?"
	expect_equal "points until $until" "26 26 26 26" "$(figure "$work/db" points | paste -sd ' ' -)"
	for part in figures.tsv heap.svg sizes.svg; do
		cmp -s "$work/file/$part" "$work/db/$part" || fail "$part until $until is another from InfluxDB than from the file"
	done
done

# ---- a user and a password ----

# read_as USER PASSWORD: read as that user from the database that requires one.
read_as()
{
	status=0
	MEMAGENT_USERNAME=$1 MEMAGENT_PASSWORD=$2 "$report" -o "$work/auth" --url "$INFLUXD_URL" --since 1h --service shop \
		>"$work/words" 2>"$work/err" || status=$?
}

password='it'\''s "a\b" 50% of #1: ü'
influxd_query '' "CREATE USER admin WITH PASSWORD 'admin' WITH ALL PRIVILEGES; CREATE USER \"o'neil \\\"r\\\"\" WITH PASSWORD '$(
	printf '%s' "$password" | sed 's/\\/\\\\/g; s/'\''/\\&/g')'; GRANT READ ON memagent TO \"o'neil \\\"r\\\"\"" >"$work/out" || fail "no users: $(cat "$work/out")"
influxd_stop
influxd_start "$work/influxdb" INFLUXDB_HTTP_AUTH_ENABLED=true
read_as "o'neil \"r\"" "$password"
[ $status -eq 0 ] || fail "with the password: status $status"
expect_silence "with the password"
"$report" -o "$work/file" --service shop "$work/shops.lp" >/dev/null
cmp -s "$work/file/figures.tsv" "$work/auth/figures.tsv" || fail "with the password the figures differ"
rm -r "$work/auth"
for wrong in "$password " "${password%?}" ''; do
	read_as "o'neil \"r\"" "$wrong"
	expect_equal "status with the password \"$wrong\"" 1 $status
	grep -q 'authorization failed\|unable to parse\|username required' "$work/err" || fail "nothing about \"$wrong\" that is wrong"
	! grep -qF "$password" "$work/err" || fail "the password is shown"
	[ ! -e "$work/auth" ] || fail "something was written with the password \"$wrong\""
done

# The agent's other settings: a file with the password, InfluxDB's own variables, a file:// URL.
printf '%s\n' "$password" >"$work/password"
MEMAGENT_USERNAME="o'neil \"r\"" MEMAGENT_PASSWORD_FILE=$work/password INFLUX_HOST=$INFLUXD_URL INFLUX_DATABASE=memagent \
	"$report" -o "$work/auth" --since 1h --service shop >"$work/words" 2>"$work/err" || fail "with the password in a file: status $?"
cmp -s "$work/file/figures.tsv" "$work/auth/figures.tsv" || fail "with the password in a file the figures differ"
grep -q 'MEMAGENT_URL is not set; using INFLUX_HOST' "$work/err" || fail "INFLUX_HOST is not reported"
rm -r "$work/auth"
MEMAGENT_URL=file://$work/shops.lp "$report" -o "$work/auth" --service shop >/dev/null || fail "MEMAGENT_URL=file://: status $?"
cmp -s "$work/file/figures.tsv" "$work/auth/figures.tsv" || fail "with MEMAGENT_URL=file:// the figures differ"
rm -r "$work/auth"

read_as '' ''
expect_equal "status with no user" 1 $status
grep -q 'unable to parse authentication credentials' "$work/err" || fail "the missing user is not reported"
influxd_stop
influxd_start "$work/influxdb"

# ---- errors ----

# expect_refusal STATUS TEXT ARGUMENT...
expect_refusal()
{
	want=$1 text=$2 status=0
	shift 2
	"$report" -o "$work/none" "$@" >"$work/out" 2>"$work/err" || status=$?
	expect_equal "status of $*" "$want" "$status"
	grep -qF -e "$text" "$work/err" || fail "$*: no \"$text\""
	[ ! -e "$work/none" ] || fail "$*: something was written"
}
: >"$work/empty"
expect_refusal 1 'there are no points of measurement memagent' "$work/empty"
expect_refusal 1 'there are no points of measurement memagent and service none' --service none "$work/all.lp"
expect_refusal 1 'cannot be read' "$work/missing"
expect_refusal 1 'no answer from' --url http://127.0.0.1:1
expect_refusal 1 'database not found' --url "$INFLUXD_URL" --database missing
expect_refusal 1 'there are no points' --url "$INFLUXD_URL" --service "'; DROP DATABASE memagent"
expect_refusal 2 '--since 1 is not valid' --since 1
expect_refusal 2 '--since 1d2h is not valid' --since 1d2h
expect_refusal 2 '--requests x is not valid' --requests x
expect_refusal 2 '--colour is not an option' --colour
expect_refusal 2 '-x is not an option' -x
expect_refusal 2 '--url points is not valid: expected http://HOST' --url points
expect_refusal 2 'expected a name of 1 to 255 bytes' --database ''
expect_refusal 2 'cannot read from udp://h:1: expected --url http://HOST' --url udp://h:1
expect_refusal 2 '--until tomorrow is not valid: expected seconds since 1970' --until tomorrow
expect_refusal 2 'more than one file: a and b' a b
export MEMAGENT_URL=points
expect_refusal 2 'MEMAGENT_URL=points is not valid: expected http://HOST'
export MEMAGENT_URL="$INFLUXD_URL" MEMAGENT_MEASUREMENT='#x'
expect_refusal 2 'MEMAGENT_MEASUREMENT=#x is not valid: expected a name'
unset MEMAGENT_MEASUREMENT
export MEMAGENT_TOKEN_FILE="$work/missing"
expect_refusal 2 'expected the path of a readable file whose first line is the token'
unset MEMAGENT_URL MEMAGENT_TOKEN_FILE
expect_refusal 2 '--url needs a value' --url
influxd_query '' 'SHOW DATABASES' | grep -q memagent || fail "the database is gone"

# The shown command hides a URL's password, and an unwritable file is named.
"$report" -o "$work/secret" --url http://me:s3cret@h "$work/all.lp" >/dev/null || fail "a URL with a password: status $?"
! grep -r s3cret "$work/secret" || fail "a password is shown"
grep -qF 'http://***@h' "$work/secret/index.html" || fail "the URL is not shown"
: >"$work/occupied"
"$report" -o "$work/occupied/below" "$work/all.lp" >"$work/out" 2>"$work/err" && fail "a directory was created although that is impossible"
grep -qF "cannot create directory $work/occupied/below" "$work/err" || fail "the directory is not reported"
for option in -h --help; do
	"$report" $option | grep -q '^usage: memagent-report' || fail "no help for $option"
done
"$report" --version | grep -qx 'memagent-report [0-9.]*' || fail "no version"
for option in $("$report" --help | grep -o '^  -[-a-z]*' | sort -u); do
	grep -qF -e "\`$option" "$root/docs/REFERENCE.md" || fail "REFERENCE.md has no $option"
done
