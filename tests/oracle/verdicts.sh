#!/bin/bash
# Call sites that leak are judged to leak, with the right rate, and no others are.  The agent writes
# an event for each.
#
#   tests/oracle/verdicts.sh [SECONDS]
#
# The library samples every 4 KiB and reports call sites every second, so that a short run shows what
# otherwise takes minutes.
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1
seconds=${1:-15}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

for library in libmemagent libmemagent-jemalloc; do
	[ -e "$build/tests/often/$library.so" ] || continue
	LD_PRELOAD=$build/tests/often/$library.so MEMAGENT_URL=file://$work/$library MEMAGENT_SITES_INTERVAL=1s \
		MEMAGENT_FLAME=0 "$build/tests/alloc/kinds" "$seconds" >"$work/$library.truth" &
done
wait

failed=0
for library in libmemagent libmemagent-jemalloc; do
	[ -e "$work/$library" ] || continue
	# The last snapshot while the program worked, each site on a line: function verdict rate error.
	awk -v library="$library" '
		function text(name) {
			if (!match($0, "[ ,]" name "=\"[^\"]*\""))
				return ""
			return substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4)
		}
		function number(name) {
			if (!match($0, "[ ,]" name "=-?[0-9]+i"))
				return ""
			return substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 3) + 0
		}
		function complain(what) {
			print library ": " what
			failed = 1
		}
		FNR == NR { truth[$1] = $2; next }
		/^memagent_event,.* event="leak"/ {
			split(text("text"), word, " ")
			events[word[1]]++
			next
		}
		/^memagent_site,/ {
			match($0, /,function=[^ ]*/)
			name = substr($0, RSTART + 10, RLENGTH - 10)
			verdict[name, text("verdict")] = 1
			if (text("verdict") == "leak") {
				leaks[name] = number("leak_bytes_per_s")
				error[name] = number("growth_bytes_per_s_error")
			} else if (!(name in truth) || text("verdict") != "")
				delete leaks[name]
		}
		/^memagent,/ { sites = number("leak_sites"); rate = number("leak_bytes_per_s") }
		END {
			for (name in truth) {
				wanted++
				if (!(name in leaks))
					complain(name " leaks " truth[name] " B/s and is not judged to leak")
				# The interval is that of 95 %; twice it is hardly ever left.
				else if (leaks[name] < truth[name] - 2 * error[name] - truth[name] / 20 ||
				    leaks[name] > truth[name] + 2 * error[name] + truth[name] / 20)
					complain(name " leaks " truth[name] " B/s; the verdict says " leaks[name] \
					    ", give or take " error[name])
				if (!(name in events))
					complain("no event says that " name " leaks")
			}
			for (name in leaks) {
				sum += leaks[name]
				if (!(name in truth))
					complain(name " does not leak, and is judged to leak")
			}
			for (name in events)
				if (!(name in truth))
					complain("an event says that " name " leaks, which it does not")
			if (sites != wanted)
				complain("leak_sites is " sites ", not " wanted)
			if (rate != sum)
				complain("leak_bytes_per_s is " rate ", the sum over sites " sum)
			if (!(("start_up", "start-up") in verdict))
				complain("start_up is not judged a start-up")
			exit failed
		}' "$work/$library.truth" "$work/$library" || failed=1
done
exit "$failed"
