#!/bin/sh
# A program that clang's ThreadSanitizer watches gets no agent, which says so, and forks as ever.
# (With jemalloc inside it does not: as with jemalloc alone, a fork takes more locks than it can
# remember.)
. "$(dirname "$0")/lib/hosts.sh"
need clang

work()
{
	clang -g -fsanitize=thread -o forks "$root/tests/hosts/work/forks.c" || exit 1
	metered ./forks 2>"$scratch/err"
	rm forks
	[ "$turn" = bare ] || grep -q 'built with ThreadSanitizer' "$scratch/err" ||
		echo "the agent does not say that it cannot run"
	sed '/built with ThreadSanitizer/d' "$scratch/err"
}

both_ways metered
