#!/bin/bash
# The shim adds no more instructions to an operation than instructions.txt allows.
#
#   tests/oracle/instructions.sh [--record]
#
# Callgrind counts only functions of the shim, so libc's version makes no difference, and counts are
# exactly the same every time.  After an improvement lower the budget with --record.  A compiler other
# than the budget's may take a fifth more.
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1
budget=$here/instructions.txt

command -v valgrind >/dev/null || {
	echo "valgrind is not installed"
	exit 77
}

# The compiler that made the library.
compiler()
{
	readelf -p .comment "$build/libmemagent.so" | awk '
		/clang version/ { sub(/.*clang version /, ""); print "clang " int($0); exit }
		/GCC:/ { print "gcc " int($NF); exit }'
}

# Lines "library operation instructions".
measure()
{
	local library
	for library in libmemagent libmemagent-jemalloc; do
		[ ! -e "$build/$library.so" ] || BUILD=$build "$here/../bench/instructions" "LD_PRELOAD=$build/$library.so" |
			awk -v library="$library" '{ print library, $1, $3 }' || return
	done
}

set -o pipefail
measured=$(measure) || exit
if [ "${1:-}" = --record ]; then
	{
		sed -n '/^#/p' "$budget" | sed '/^# compiler/d'
		echo "# compiler: $(compiler)"
		echo "$measured"
	} >"$budget.new" && mv "$budget.new" "$budget"
	exit
fi
echo "$measured" | awk -v compiler="$(compiler)" '
	function say(what) { printf "%-20s %-12s %5d, %s\n", $1, $2, $3, what }
	FNR == NR && sub(/^# compiler: /, "") { slack = $0 == compiler ? 1 : 1.2 }
	FNR == NR && /^#/ { next }
	FNR == NR { budget[$1, $2] = $3; next }
	{ sum[$1] += $3; seen[$1, $2] }
	!(($1, $2) in budget) { say("which has no budget: record it"); failed = 1; next }
	{ allowed = int(budget[$1, $2] * slack) }
	$3 > allowed { say("more than the " allowed " allowed"); failed = 1; next }
	$3 < budget[$1, $2] && slack == 1 { say("less than " budget[$1, $2] ": record it"); next }
	{ say("within " allowed) }
	END {
		for (library in sum)
			if (sum[library] == 0) {
				print library " has no line numbers (-g) to tell its own instructions by"
				exit 77
			}
		for (key in budget) {
			split(key, part, SUBSEP)
			if (part[1] in sum && !(key in seen)) {
				print part[1], part[2], "was not measured"
				failed = 1
			}
		}
		exit failed
	}' "$budget" -
