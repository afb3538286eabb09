#!/bin/bash
# Another allocator is preloaded behind the agent.  Counts are exact, and sizes are that
# allocator's.  Only sizes of libc's own objects are read from a chunk header.
#
# limit: 300
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build}
# Programs whose expectations do not depend on which allocator there is.
programs='no_allocations api live_objects realloc realloc_mapped errno_kept cross_thread_free
	thread_concurrent key_destructor before_and_after_main signal_handler fork fork_generations exec close_all'
found=0
failed=0

# known LIBRARY PROGRAM: return 0 if they cannot be compared.
known()
{
	case $1/$2 in
	# Before its constructor has run, its malloc_usable_size returns 0.
	libtcmalloc*/before_and_after_main) ;;
	*) return 1 ;;
	esac
}

for library in libjemalloc.so.2 libtcmalloc_minimal.so.4 libmimalloc.so.2; do
	if ! ldconfig -p | grep -qw "$library"; then
		echo "$library is not installed"
		continue
	fi
	found=$((found + 1))
	for program in $programs; do
		known "$library" "$program" && continue
		"$here/run" --behind "$library" "$build/tests/preload/$program" || {
			echo "FAILED: $program with $library"
			failed=$((failed + 1))
		}
	done
done
if [ "$found" -eq 0 ]; then
	echo "no other allocator is installed"
	exit 77
fi
[ "$failed" -eq 0 ]
