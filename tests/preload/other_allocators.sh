#!/bin/bash
# Another allocator is preloaded behind the agent. Counts are exact, and sizes are that allocator's.
# Only sizes of libc's own objects are read from a chunk header.
#
# limit: 300
set -u

here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build}
# Programs that allocate in all ways, whatever libc's own objects are.
programs='nothing api live realloc realloc_mapped errno_kept cross_thread_free
	thread_crowd key_destructor life signal_handler fork fork_generations exec close_all'
found=0
failed=0

# known LIBRARY PROGRAM: what cannot be compared, and why.
known()
{
	case $1/$2 in
	# Before its constructor it says 0 for the size of what it made.
	libtcmalloc*/life) ;;
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
