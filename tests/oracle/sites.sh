#!/bin/bash
# What the agent says of a hundred call sites is right within the interval that it says, 95 times in
# 100, and on average.  So are the sums over all call sites.
#
#   tests/oracle/sites.sh [RUNS]
#
# The library samples every 4 KiB, so that a short run has samples at every call site.
#
# limit: 300
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1
runs=${1:-200}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

# The truth of every run, and the last estimate of each function.
run()
{
	rm -f "$work/points"
	LD_PRELOAD=$1 MEMAGENT_URL=file://$work/points MEMAGENT_INTERVAL=1h MEMAGENT_SITES_TOP=200 MEMAGENT_FLAME=0 \
		"$build/tests/alloc/shares" "$work/truth" || return
	sed 's/^/truth /' "$work/truth"
	# One function may be the end of several stacks.
	sed -n 's/^memagent_site,.*function=\([^ ]*\) \([^ ]*\).*/\1 \2/p' "$work/points" | awk '
		{
			n = split($2, field, ",")
			for (i = 1; i <= n; i++) {
				split(field[i], pair, "=")
				value[pair[1]] = pair[2] + 0
			}
			print "site", $1, value["live_bytes"], value["alloc_bytes"], value["live_bytes_error"]
		}'
	sed -n 's/^memagent,.*[ ,]heap_alloc_bytes=\([0-9]*\)i.*,sites_live_bytes=\([0-9]*\)i,sites_live_bytes_error=\([0-9]*\)i.*/sum \1 \2 \3/p' \
		"$work/points"
}

failed=0
for library in libmemagent libmemagent-jemalloc; do
	[ -e "$build/tests/often/$library.so" ] || continue
	for _ in $(seq "$runs"); do
		run "$build/tests/often/$library.so" || exit 1
		echo end
	done | awk -v library="$library" -v runs="$runs" '
		function abs(x) { return x < 0 ? -x : x }
		$1 == "truth" { live[$2] = $3; made[$2] = $4; next }
		$1 == "site" { got_live[$2] += $3; got_made[$2] += $4; square[$2] += $5 * $5; next }
		$1 == "sum" {
			sums++
			sum_inside += abs($3 - $2) <= $4
			next
		}
		$1 == "end" {
			for (f in live) {
				estimates++
				inside += abs(got_live[f] - live[f]) <= sqrt(square[f]) + 1
				all_live += live[f]
				all_made += made[f]
				all_got_live += got_live[f]
				all_got_made += got_made[f]
			}
			delete got_live
			delete got_made
			delete square
		}
		function check(what, value, least, most) {
			printf "%s: %s: %.4f, expected %s to %s\n", library, what, value, least, most
			if (!(value >= least && value <= most))
				failed = 1
		}
		END {
			# Five standard deviations of a share of 0.95 below it.
			check("call sites within their interval", inside / estimates, 0.95 - 5 * sqrt(0.05 * 0.95 / estimates), 1)
			check("sums within their interval", sum_inside / runs, 0.95 - 5 * sqrt(0.05 * 0.95 / runs), 1)
			check("live bytes, estimate to truth", all_got_live / all_live, 0.99, 1.01)
			check("bytes made, estimate to truth", all_got_made / all_made, 0.99, 1.01)
			exit failed
		}' || failed=1
done
exit "$failed"
