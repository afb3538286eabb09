#!/bin/bash
# What the library costs, as ratios to the bare program in one run.
#
#   tests/bench/run.sh [ROUNDS]
#
# Bare and metered alternate, so that a change of the machine's mood meets both; the
# best of all rounds counts, for noise only ever adds.
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1
rounds=${1:-15}
library=$build/libmemagent.so
slots=$build/tests/bench/slots
execs=300
directory=$(mktemp -d) || exit 1
trap 'rm -rf "$directory"' EXIT

unset "${!MEMAGENT_@}" "${!MALLOC_@}" LD_PRELOAD
export MEMAGENT_URL=file://$directory/points

bare()
{
	"$@"
}

metered()
{
	LD_PRELOAD=$library "$@"
}

# 300 processes one after another: milliseconds for one.  $1 is bare or metered.
start_up()
{
	local began=$EPOCHREALTIME i preload=''
	[ "$1" = bare ] || preload=$library
	for ((i = 0; i < execs; i++)); do
		LD_PRELOAD=$preload /bin/true
	done
	echo "${EPOCHREALTIME/,/.} ${began/,/.} $execs" | awk '{ printf "%.3f\n", ($1 - $2) * 1000 / $3 }'
}

# alternate NAME ROUNDS COMMAND…: the command takes bare or metered as $1, prints a figure.
alternate()
{
	local name=$1 count=$2 i how
	shift 2
	for ((i = 0; i < count; i++)); do
		for how in bare metered; do
			"$@" "$how" >>"$directory/$name.$how"
		done
	done
}

best()
{
	sort -n "$directory/$1" | head -n 1
}

run_slots()
{
	"$2" "$slots" "$1"
}

# Instructions of a million pairs less those of none: the same to the digit every time.
instructions()
{
	local pairs
	for pairs in 1 1000001; do
		"$1" valgrind --tool=callgrind --callgrind-out-file=/dev/null "$slots" 1 "$pairs" 2>&1 |
			sed -n 's/.*Collected : *\([0-9]*\).*/\1/p'
	done | paste -sd ' ' | awk '{ printf "%.1f\n", ($2 - $1) / 1100000 }'
}

ratio()
{
	awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2fx", a / b }'
}

row()
{
	printf '%-34s %10s %10s %10s\n' "$@"
}

if [ ! -x "$slots" ] || [ ! -e "$library" ]; then
	echo "make builds $slots and $library first" >&2
	exit 1
fi
row "best of $rounds rounds" bare metered ratio
for threads in 1 2; do
	alternate "slots.$threads" "$rounds" run_slots "$threads"
	b=$(best "slots.$threads.bare") m=$(best "slots.$threads.metered")
	row "slots, $threads thread(s), ns a pair" "$b" "$m" "$(ratio "$m" "$b")"
done
alternate exec $(((rounds + 2) / 3)) start_up
b=$(best exec.bare) m=$(best exec.metered)
row "true, ms a process" "$b" "$m" "+$(awk -v a="$m" -v b="$b" 'BEGIN { printf "%.2f", a - b }') ms"
if command -v valgrind >/dev/null; then
	b=$(instructions bare) m=$(instructions metered)
	row "slots, instructions a pair" "$b" "$m" "$(ratio "$m" "$b")"
fi
