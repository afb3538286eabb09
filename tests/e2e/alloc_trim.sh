#!/bin/sh
# A trim lowers the resident set of a fragmented heap by at least half and reports how long it took.
# Without the option there is no trim, and no field of one.
. "$(dirname "$0")/lib/influx.sh"
. "$(dirname "$0")/lib/alloc.sh"

# run COMMAND...: with $other behind the agent, or jemalloc inside it
run()
{
	case $name in
	inside) preloads=$build/libmemagent-jemalloc.so ;;
	*) preloads=$library:$other ;;
	esac
	metered "$preloads" MEMAGENT_INTERVAL=50ms MEMAGENT_ALLOCATOR_INTERVAL=50ms "$@"
	expect_equal "$name: status" 0 "$status"
}

inside=
[ ! -e "$build/libmemagent-jemalloc.so" ] || inside=inside
for name in glibc jemalloc tcmalloc $inside; do
	[ "$name" = inside ] || other=$(library_of "$name") || continue
	# Keep jemalloc from returning memory by itself after some hundred milliseconds.
	conf=MALLOC_CONF=dirty_decay_ms:60000
	run $conf "$programs/fragmented" 400
	before=$(head -n 1 "$work/out")
	after=$(tail -n 1 "$work/out")
	expect_silence "$name"
	expect_between "$name: resident without a trim" $((before * 9 / 10)) "$after" $((before * 11 / 10))
	for absent in trims trim_pause_ns trim_pause_total_ns trim_released_bytes trim_cpu_fraction; do
		[ -z "$(figure $absent)" ] || fail "$name: $absent without a trim"
	done
	case $name in
	jemalloc | inside) expect_equal "$name: purges without a trim" 0 "$(figure purges)" ;;
	esac

	run $conf MEMAGENT_TRIM_INTERVAL=100ms "$programs/fragmented" 20000 $((before / 2))
	expect_silence "$name"
	expect_between "$name: resident with trims" 0 "$(tail -n 1 "$work/out")" $((before / 2))
	expect_between "$name: trims" 1 "$(field trims)" 200
	# A trim while the heap grows counts, too.
	expect_between "$name: trim_released_bytes" $((before / 2)) "$(field trim_released_bytes)" $((2 * before))
	expect_between "$name: trim_pause_ns" 1 "$(field trim_pause_ns)" "$(field trim_pause_total_ns)"
	expect_between "$name: trim_pause_total_ns" 10000 "$(field trim_pause_total_ns)" 20000000000
	# It is a float from the first value on, because the database fixes a field's type then.
	tail -n 1 "$work/points" | grep -Eq ',trim_cpu_fraction=0\.[0-9]{9},' ||
		fail "$name: trim_cpu_fraction is $(figure trim_cpu_fraction)"
	expect_between "$name: trim_cpu_fraction, in millionths" 10 \
		"$(figure trim_cpu_fraction | sed 's/^0\.0*\(.*\)...$/\1/')" 900000
	case $name in
	jemalloc | inside)
		run $conf MEMAGENT_TRIM_INTERVAL=20ms "$programs/known" 65536 0 "$work/points"
		expect_between "$name: purges" 1 "$(figure purges)" 1000
		expect_between "$name: purged_bytes" 20000000 "$(figure purged_bytes)" 200000000
		;;
	esac
done

# Memory that jemalloc returns by itself is counted too.
for name in jemalloc $inside; do
	[ "$name" = inside ] || other=$(library_of "$name") || continue
	run MALLOC_CONF=dirty_decay_ms:0 "$programs/known" 65536 0 "$work/points"
	expect_between "$name: purges of its own" 1 "$(figure purges)" 100000
done

if other=$(library_of mimalloc); then
	name=mimalloc
	run MEMAGENT_TRIM_INTERVAL=100ms "$programs/fragmented" 200
	grep -q '^memagent\[.*MEMAGENT_TRIM_INTERVAL has no effect: allocator mimalloc ' "$work/err" ||
		fail "mimalloc: it does not report that it cannot trim"
	[ -z "$(figure trims)" ] || fail "mimalloc: it has trims"
fi
