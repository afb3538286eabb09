#!/bin/bash
# Compares the cost of the library with the bare program, other allocators and other profilers.
#
#   tests/bench/run.sh quick|full
#
#   BENCH_ONLY='micro/* servers/redis'   patterns of workloads; default all
#   CONTENDERS='bare memagent'           see contenders.sh; default all
#   OUT=bench                            directory for the figures
#
# Contenders take turns, round by round, so that a change of the machine's load affects all of them.
# A ratio compares two figures of one round.  Slow contenders take part in the first round of full
# only, with less work where the figure is for one operation.  Writes
#
#   samples.tsv    workload, metric, contender, round, value: a line for each figure
#   results.json   made from these by report.jq, which describes the schema
#   results.svg    a picture of the ratios
#
# and prints a table.  At the end it kills what it has started, by process id.
set -u

case ${1-} in
-h | --help)
	sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
	exit 0
	;;
esac

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "${BUILD:-$root/build}" && pwd) || exit 1
out=${OUT:-$root/bench}
mode=${1:-quick}
chosen=${CONTENDERS:-}

# shellcheck source=tests/bench/contenders.sh
. "$here/contenders.sh"
for part in micro programs servers start agent; do
	# shellcheck source=/dev/null
	. "$here/$part.sh"
done
# shellcheck source=tools/influxd.sh
. "$root/tools/influxd.sh"
# shellcheck source=tools/hosts.sh
. "$root/tools/hosts.sh"

children=''

clean_up()
{
	local child
	trap '' INT TERM HUP
	for child in $children; do
		kill -KILL -- "-$child" 2>/dev/null
	done
	influxd_stop
	rm -rf "$work"
}

work=$(mktemp -d) || exit 1
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

say()
{
	printf '%s %s\n' "$(date +%T)" "$*" >&2
}

# wanted WORKLOAD
wanted()
{
	local pattern
	[ "${BENCH_ONLY:-}" != '' ] || return 0
	for pattern in $BENCH_ONLY; do
		# shellcheck disable=SC2053 # the pattern is meant as one
		[[ $1 != $pattern && ${1%%/*} != "$pattern" ]] || return 0
	done
	return 1
}

# wanted_any GROUP: return whether some of its workloads are wanted.
wanted_any()
{
	[[ ${BENCH_ONLY:-$1} == *$1* ]]
}

# record WORKLOAD CONTENDER ROUND: read lines "metric value".
record()
{
	awk -v OFS='\t' -v workload="$1" -v contender="$2" -v round="$3" \
		'NF == 2 && $2 ~ /^[0-9.]+$/ { print workload, $1, contender, round, $2 }' >>"$out/samples.tsv"
}

# alternate WORKLOAD ROUNDS COMMAND…: the command prints lines "metric value"; it sees the
# contender's words, and its name, whether it is slow, and ${work}.
alternate()
{
	local workload=$1 rounds=$2 round i name order
	shift 2
	wanted "$workload" || return 0
	say "$workload: $rounds rounds"
	read -ra order <<<"$present"
	for ((round = 1; round <= rounds; round++)); do
		# Each round starts with another contender, so that none always follows the same one.
		for ((i = 0; i < ${#order[@]}; i++)); do
			name=${order[(i + round - 1) % ${#order[@]}]}
			contender "$name"
			[ "$slow" = 0 ] || [ "$round" = 1 ] || continue
			if ! "$@" >"$work/figures" 2>"$work/messages"; then
				say "$workload: $name failed: $(tail -n 1 "$work/messages")"
				continue
			fi
			record "$workload" "$name" "$round" <"$work/figures"
			rm -f "$work"/points "$work"/heap.* "$work"/heaptrack*
		done
	done
}

# Available contenders are in ${present}, the others with the reason in missing.tsv.
choose()
{
	local name
	present=''
	: >"$work/missing.tsv"
	: >"$work/present.tsv"
	for name in ${chosen:-$contenders}; do
		contender "$name"
		[ "$mode" != quick ] || [ "$slow" = 0 ] || absent='too slow for the quick run'
		if [ "$absent" = '' ]; then
			present="$present $name"
			printf '%s\t%s\n' "$name" "$kind" >>"$work/present.tsv"
		else
			say "without $name: $absent"
			printf '%s\t%s\n' "$name" "$absent" >>"$work/missing.tsv"
		fi
	done
}

machine()
{
	# shellcheck disable=SC1091 # not of this repository
	jq -n --arg mode "$mode" --arg at "$(date -u +%FT%TZ)" \
		--arg cpu "$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)" \
		--argjson cores "$(nproc)" --arg kernel "$(uname -sr)" \
		--arg distribution "$(. /etc/os-release && echo "$PRETTY_NAME")" \
		--arg libc "$(getconf GNU_LIBC_VERSION)" --arg load "$(cut -d ' ' -f 1 /proc/loadavg)" \
		--argjson memory_bytes "$(awk '/MemTotal/ { print $2 * 1024 }' /proc/meminfo)" \
		--arg commit "$(git -C "$root" describe --always --dirty 2>/dev/null)" \
		'$ARGS.named'
}

case $mode in
quick | full) ;;
*)
	echo "usage: run.sh quick|full" >&2
	exit 2
	;;
esac
for file in libmemagent.so tests/bench/spent demo-server; do
	[ -e "$build/$file" ] || {
		echo "$build/$file is missing: make bench builds it" >&2
		exit 1
	}
done
unset "${!MEMAGENT_@}" "${!MALLOC_@}" "${!TCMALLOC_@}" "${!HEAP@}" LD_PRELOAD GLIBC_TUNABLES
export LC_ALL=C
mkdir -p "$out"
: >"$out/samples.tsv"
began=$SECONDS
choose
machine >"$work/machine.json"
bench_instructions
bench_micro
bench_start
bench_programs
bench_agent
bench_servers
say "done in $((SECONDS - began)) s"
"$here/report.sh" "$work" "$out"
