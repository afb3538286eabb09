#!/bin/sh
# The library is in LD_PRELOAD twice, by two paths or beside the one with jemalloc inside.  The
# process reports once, with the right counts, and no line is printed.
set -eu

. "$(dirname "$0")/lib/run.sh"

cp "$build/libmemagent.so" "$dir/copy.so"
LD_PRELOAD='' "$build/tests/e2e/scripted" >"$dir/bare"

# once FIRST SECOND
once()
{
	LD_PRELOAD=$1:$2 "$build/tests/e2e/scripted" -w 100 >"$dir/out" 2>"$dir/err" || fail "$1 and $2: status $?"
	[ ! -s "$dir/err" ] || fail "$1 and $2: $(cat "$dir/err")"
	[ "$(grep -c '^memagent_event,.* event="start"' "$dir/points")" -eq 1 ] ||
		fail "$1 and $2: $(grep -c '^memagent_event,.* event="start"' "$dir/points") starts"
	for field in mallocs frees reallocs heap_objects heap_alloc_bytes total_requested_bytes; do
		wanted=$(sed -n "s/^$field //p" "$dir/out")
		tail -n 1 "$dir/points" | grep -q "[ ,]$field=${wanted}i" || fail "$1 and $2: $field is not $wanted"
	done
	rm "$dir/points"
}

once "$build/libmemagent.so" "$dir/copy.so"
once "$dir/copy.so" "$build/libmemagent.so"
[ -e "$build/libmemagent-jemalloc.so" ] || exit 0
once "$build/libmemagent-jemalloc.so" "$build/libmemagent.so"
once "$build/libmemagent.so" "$build/libmemagent-jemalloc.so"
