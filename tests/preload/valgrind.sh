#!/bin/sh
# Under a valgrind tool that replaces malloc, the agent causes no error, and reports that nothing is
# counted and why.  Under a tool that leaves malloc alone, counts are as without valgrind.
#
# limit: 300
. "$(dirname "$0")/../e2e/lib/influx.sh"
. "$(dirname "$0")/../e2e/lib/alloc.sh"

command -v valgrind >/dev/null || skip "valgrind is not installed"
program=$build/tests/preload/live_objects

for embedded in libmemagent.so libmemagent-jemalloc.so; do
	metered '' valgrind -q --error-exitcode=9 --trace-children=yes \
		env "LD_PRELOAD=$build/$embedded" "$program"
	expect_equal "memcheck, $embedded: status" 0 "$status"
	grep -q 'vgpreload_memcheck.* replaces malloc everywhere, so nothing is counted' "$work/err" ||
		fail "memcheck, $embedded: it says $(cat "$work/err")"
	expect_equal "memcheck, $embedded: coverage" 0 "$(field agent_coverage)"

	metered '' "LD_PRELOAD=$build/$embedded" "$program"
	expect_equal "$embedded: coverage" 1 "$(field agent_coverage)"
	wanted="$(field mallocs) $(field frees)"
	metered '' valgrind -q --tool=none env "LD_PRELOAD=$build/$embedded" "$program"
	expect_equal "none, $embedded: mallocs and frees" "$wanted" "$(field mallocs) $(field frees)"
	expect_equal "none, $embedded: coverage" 1 "$(field agent_coverage)"
done
