#!/bin/sh
# file:// appends whole lines of line protocol, readable by the owner only, and follows no symbolic
# link.  InfluxDB takes the file as it is.
. "$(dirname "$0")/lib/influx.sh"

run_metered MEMAGENT_URL="file://$work/a name, with 100%20 = odd" "$scripted"
expect_silence "a file with an odd name"
[ "$(grep -c '^memagent,' "$work/a name, with 100%20 = odd")" -eq 1 ] || fail "a file with an odd name: no point in it"

file=$work/points
run_metered MEMAGENT_URL="file://$file" MEMAGENT_INTERVAL=20ms MEMAGENT_TAGS='a=b\, c' "$scripted" -w 500
expect_silence "all is well"
expect_equal "mode of the file" 600 "$(stat -c %a "$file")"
[ "$(grep -c '^memagent,' "$file")" -ge 5 ] || fail "$(grep -c '^memagent,' "$file") points of 500 ms at 20ms"
first=$(head -n 1 "$file")

refused()
{
	run_bare "$scripted" -x 3
	run_metered MEMAGENT_URL="file://$2" "$scripted" -x 3
	expect_unchanged "$1"
	expect_line "$1" "$2" "$3"
}
echo mine >"$work/target"
ln -s "$work/target" "$work/link"
refused "a symbolic link" "$work/link" "symbolic link"
expect_equal "what the link leads to" mine "$(cat "$work/target")"
refused "a directory" "$work" "is a directory; name a file in it"
refused "a device" /dev/full "is a device; name a regular file"
run_metered MEMAGENT_URL=file:///dev/null "$scripted"
expect_silence "/dev/null"
mkfifo "$work/fifo"
refused "a fifo" "$work/fifo" "is a pipe, whose reader may be slow or gone; name a regular file"
refused "no such directory" "$work/none/points" "No such file"

# Many processes write to the same file.
: >"$work/err"
writers=
for n in 1 2 3 4 5 6 7 8; do
	env LD_PRELOAD="$build/libmemagent.so" MEMAGENT_URL="file://$file" MEMAGENT_INTERVAL=10ms \
		MEMAGENT_SERVICE="writer$n" "$scripted" -w 500 >"$work/out$n" 2>>"$work/err" &
	writers="$writers $!"
done
for writer in $writers; do
	wait "$writer"
done
expect_silence "eight at once"
expect_equal "first line" "$first" "$(head -n 1 "$file")"
if grep -vE '^memagent_event,([^ ]|\\ )+ event="(start|exit)",text="[^"]*" [0-9]{19}$' "$file" |
	grep -vE '^memagent_site,([^ ]|\\ )+ [a-z0-9_]+=[0-9]+i(,[a-z0-9_]+=-?[0-9]+i)*(,verdict="[a-z-]+")?(,stack="[^"]+",frames="[^"]*")? [0-9]{19}$' |
	grep -vE '^memagent,([^ ]|\\ )+ [a-z0-9_]+=[0-9.]+i(,[a-z0-9_]+=[0-9.]+i)* [0-9]{19}$' >&2; then
	fail "these lines are not whole"
fi
influxd_start "$work/influxdb"
influxd_query '' 'CREATE DATABASE memagent' >/dev/null
answer=$(curl -s -XPOST --data-binary "@$file" "$INFLUXD_URL/write?db=memagent&precision=ns")
[ -z "$answer" ] || fail "InfluxDB does not accept it: $answer"
expect_equal "points in the file and in InfluxDB" "$(grep -c '^memagent,' "$file")" "$(count_points memagent memagent)"
for n in 1 2 3 4 5 6 7 8; do
	pid=$(sed -n "s/^memagent,.*,pid=\([0-9]*\),.*service=writer${n}[ ,].*/\1/p" "$file" | head -n 1)
	cp "$work/out$n" "$work/out"
	expect_exact memagent
done
