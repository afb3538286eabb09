#!/bin/bash
# The programs of tests/preload run as well with libraries that sample every 4 KiB: nearly every object
# of some size is sampled, and moved.
#
#   tests/oracle/often.sh [PROGRAM…]
#
# Without arguments, these are the programs that make many objects, in every way, from threads, handlers
# and children.
#
# limit: 300
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd) || exit 1
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

ln -s "$build"/* "$work"
ln -sf "$build"/tests/often/*.so "$work"

if [ $# -eq 0 ]; then
	set -- api arena_reset arenas before_and_after_main cross_thread_free dlmopen dlopen \
		dlopen_tls early_thread errno_kept exec failed_calls fork fork_anywhere fork_concurrent fork_generations fork_in_handler \
		fork_load fork_threads key_destructor large_untouched large_untouched_heap live_objects no_allocations out_of_memory prefork pvalloc realloc \
		realloc_mapped seccomp_all_threads signal_async signal_handler sites_little_stack \
		sites_pause sized_free small_stack spawn \
		thread_churn thread_concurrent timer_storm tls_destructor unwind_table vfork
fi

failed=0
for library in libmemagent.so libmemagent-jemalloc.so; do
	[ -e "$build/$library" ] || continue
	for name; do
		[ "$library" = libmemagent.so ] ||
			! grep -q '^ \* not-with-jemalloc: ' "$here/../preload/$name.c" || continue
		BUILD=$work LIBRARY=$library "$here/../preload/run" "$build/tests/preload/$name" >"$work/out" 2>&1
		status=$?
		[ "$status" -eq 0 ] || [ "$status" -eq 77 ] || {
			echo "$name with $library: status $status"
			tail -n 5 "$work/out"
			failed=1
		}
	done
done
exit "$failed"
