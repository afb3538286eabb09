#!/bin/sh
# Each allocator's own figures for a heap of known size are as exact as the allocator documents, and
# our counts are exact.
. "$(dirname "$0")/lib/influx.sh"
. "$(dirname "$0")/lib/alloc.sh"

objects=65536
tolerance=$((4 << 20))

known()
{
	metered "$library:$other" MEMAGENT_INTERVAL=50ms MEMAGENT_ALLOCATOR_INTERVAL=50ms \
		"$programs/known" "$@"
	expect_equal "$name: status" 0 "$status"
	expect_silence "$name"
}

# Subtract what the allocator's own library allocates in any program.
expect_counts()
{
	while read -r field value; do
		eval "base=\$base_$field"
		# shellcheck disable=SC2154 # set by eval
		expect_equal "$name: $field" "$value" $(($(field "$field") - base))
	done <"$work/out"
}

expect_absent()
{
	for absent; do
		! grep -q "[ ,]$absent=" "$work/points" || fail "$name: it does not know its $absent"
	done
}

for name in glibc jemalloc tcmalloc mimalloc; do
	other=$(library_of $name) || continue
	known 0 0
	# shellcheck disable=SC2013 # a word a line
	for field in $(cut -d ' ' -f 1 "$work/out"); do
		eval "base_$field=$(field "$field")"
	done
	known $objects 0 "$work/points"
	expect_equal "$name: allocator" $name "$(tag allocator)"
	expect_counts

	expect_between "$name: agent_allocator_stats_ns" 1 "$(figure agent_allocator_stats_ns)" 1000000000
	sys=$(figure heap_sys_bytes)
	live=$(figure heap_alloc_bytes)
	expect_between "$name: heap_sys_bytes" "$live" "$sys" $((4 * live))
	if [ $name = mimalloc ]; then
		expect_absent heap_inuse_bytes heap_idle_bytes heap_released_bytes heap_metadata_bytes arenas
		continue
	fi
	inuse=$(figure heap_inuse_bytes)
	idle=$(figure heap_idle_bytes)
	expect_equal "$name: in use and idle" "$sys" $((inuse + idle))
	freed=$(figure total_freed_bytes)
	expect_between "$name: heap_idle_bytes" $((freed - freed / 4)) "$idle" $((freed * 3))
	case $name in
	glibc)
		# Exact except for the agent's own objects and caches: each object has a header of 8 bytes.
		chunks=$((live + 8 * $(figure heap_objects)))
		expect_between "$name: heap_inuse_bytes" $((chunks - 1000)) "$inuse" $((chunks + 200000))
		expect_absent heap_released_bytes heap_metadata_bytes arenas
		;;
	tcmalloc)
		# The threads' caches keep some freed objects.
		expect_between "$name: heap_inuse_bytes" "$live" "$inuse" $((live + live / 4))
		expect_between "$name: heap_released_bytes" 0 "$(figure heap_released_bytes)" "$idle"
		expect_absent heap_metadata_bytes arenas
		;;
	jemalloc)
		expect_between "$name: heap_inuse_bytes" "$live" "$inuse" $((live + tolerance))
		expect_between "$name: heap_released_bytes" 0 "$(figure heap_released_bytes)" "$idle"
		expect_between "$name: heap_metadata_bytes" 10000 "$(figure heap_metadata_bytes)" "$live"
		expect_between "$name: arenas" 1 "$(figure arenas)" 10000
		;;
	esac
done

# The number of existing arenas, not the limit.
if other=$(library_of jemalloc); then
	name=jemalloc
	export MALLOC_CONF=narenas:20
	known 10 0 "$work/points"
	unset MALLOC_CONF
	expect_between "arenas of a program with one thread" 1 "$(figure arenas)" 4
fi

# By default glibc's heap is not walked for every point.
other='' name=glibc
metered "$library" MEMAGENT_INTERVAL=20ms "$programs/known" 100 200
expect_equal "points with libc's figures in 200 ms" 1 "$(grep -c 'heap_sys_bytes' "$work/points")"
