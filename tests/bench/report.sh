#!/bin/bash
# report.sh WORK OUT: results.json, a table of it on stdout, and a picture, from OUT/samples.tsv.
# run.sh leaves machine.json, present.tsv and missing.tsv in WORK.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
work=$1
out=$2

jq -n -f "$here/report.jq" --slurpfile machine "$work/machine.json" --rawfile present "$work/present.tsv" \
	--rawfile missing "$work/missing.tsv" --rawfile samples "$out/samples.tsv" >"$out/results.json"
jq -r -f "$here/table.jq" "$out/results.json" | tee "$out/table.txt"

# One picture: a row for each workload, with each contender's ratio to bare on a logarithmic scale.
# Ours are coloured and drawn last, on top.  Of the others, those that count or sample are filled.
jq -r '
	(.contenders | map(select(.name | startswith("memagent") | not)) as $others | $others + (. - $others)) as $order |
	[.results[] | select(.ratio != null and .main and .contender != "bare")] |
	(map(.workload) | unique) as $rows |
	(map(.contender) as $there | $order | map(select(.name | IN($there[])))) as $names |
	($names | map(.name)) as $index |
	"$names <<END",
	($names | to_entries[] | .key as $i | .value | .kind as $kind |
		($names[:$i] | map(select(.kind == $kind)) | length) as $nth |
		[.name] +
		(if .name == "memagent" then ["#d62728", 7, 0.9]
		 elif .name == "memagent-no-sites" then ["#e39a9a", 6, 0.7]
		 elif .name == "memagent-jemalloc" then ["#1f4fb4", 7, 0.9]
		 elif .kind == "counts" then ["#555555", ([5, 7, 9, 11, 13, 15] | .[$nth % 6]), 0.6]
		 else ["#888888", ([4, 6, 8, 10, 12] | .[$nth % 5]), 0.6] end) | @tsv), "END",
	"$rows <<END", ($rows | to_entries[] | "\(.key)\t\(.value)"), "END",
	"$points <<END",
	(.[] | . as $r | [($rows | index($r.workload)), ($index | index($r.contender)), .ratio.median, .ratio.low, .ratio.high] | @tsv),
	"END"' "$out/results.json" | sed 's/^\$\(.*\) <</$\1 <</' >"$work/picture.gp"
grep -q '^[0-9].*\..*' "$work/picture.gp" || exit 0
cat >>"$work/picture.gp" <<'END'
set datafile separator "\t"
rows = |$rows|
names = |$names|
set terminal svg size 900, 120 + 26 * rows font "sans-serif,11" background "white"
set logscale x 2
set xlabel "ratio to bare: median of the rounds, with its quartiles; left is better"
set yrange [rows - 0.5 : -0.5]
set ytics out
set grid x y
set arrow from 1, graph 0 to 1, graph 1 nohead lw 2 lc "gray40"
set key outside right top
offset(i) = (i - (names - 1) / 2.0) * 0.6 / names
is(i, column) = word($names[i + 1], column)
plot for [i = 0 : names - 1] $points using ($2 == i ? $3 : 1/0):($1 + offset(i)):4:5 \
	with xerrorbars lc rgb is(i, 2) pt int(is(i, 3)) ps real(is(i, 4)) title is(i, 1), \
	$rows using (1/0):1:ytic(2) notitle
END
gnuplot -e "set output '$out/results.svg'" "$work/picture.gp"
echo "results.json, table.txt and results.svg are in $out"
