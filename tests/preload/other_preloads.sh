#!/bin/sh
# Another preload, in front of ours or behind: the program behaves as with the other alone.  An
# allocator in front takes all calls, which the agent reports; libmemusage passes them on.
# (other_allocators.sh has the allocators behind, with exact counts.)
#
# limit: 300
. "$(dirname "$0")/../e2e/lib/influx.sh"
. "$(dirname "$0")/../e2e/lib/alloc.sh"

preload=$build/tests/preload
list='no_allocations live_objects realloc key_destructor fork dlopen before_and_after_main
	signal_handler end_by_quick_exit spawn'

# side NAME PRELOAD: run every program with the other preload alone and with both.
side()
{
	other=$3
	for program in $list; do
		bare_status=0
		(cd "$work/in" && LD_PRELOAD=$other "$preload/$program" </dev/null >"$work/bare.out" 2>/dev/null) || bare_status=$?
		(cd "$work/in" && metered "$2" MEMAGENT_INTERVAL=$interval "$preload/$program" && echo "$status" >"$work/status")
		status=$(cat "$work/status")
		expect_equal "$1, $program: status" "$bare_status" "$status"
		cmp -s "$work/bare.out" "$work/out" || fail "$1, $program: its output differs"
		[ -s "$work/points" ] || fail "$1, $program: no points"
		"$4" "$1, $program"
	done
}

is_covered()
{
	! grep -q 'agent_coverage=0' "$work/points" || fail "$1: it reports incomplete coverage"
	! grep -q '^memagent\[' "$work/err" || fail "$1: it says $(grep '^memagent\[' "$work/err")"
}

# One line from the first process, none twice.  A child that exists before its parent's sidecar has
# its name does not know that it is a child.
is_not_covered()
{
	! grep -q 'agent_coverage=1' "$work/points" || fail "$1: it reports full coverage"
	expect_equal "$1: what it says" "not all allocations of this program are counted: $other has its own malloc, which is not counted" \
		"$(sed -n 's/^memagent\[[0-9]*\]: //p' "$work/err" | sort -u)"
	expect_equal "$1: lines said twice" "" "$(grep '^memagent\[' "$work/err" | sort | uniq -d)"
}

mkdir "$work/in"
found=0
interval=10ms
for name in jemalloc tcmalloc mimalloc; do
	other=$(library_of $name) || continue
	found=$((found + 1))
	side "$name in front" "$other:$library" "$other" is_not_covered
done
other=$(ldconfig -p | sed -n 's/^[[:space:]]*libc\.so\.6 .*x86-64.* => \(.*\)libc\.so\.6$/\1libmemusage.so/p' | head -n 1)
if [ -e "$other" ]; then
	# After ten intervals, one second at least, it must have passed on a call.  Some programs make none.
	interval=1s
	found=$((found + 1))
	side "memusage in front" "$other:$library" "$other" is_covered
	side "memusage behind" "$library:$other" "$other" is_covered
fi
[ $found -gt 0 ] || skip "no other allocator is installed"
