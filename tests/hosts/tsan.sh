#!/bin/sh
# A program with clang's ThreadSanitizer gets no agent, a line says so, and it forks as ever.  (With
# jemalloc inside it does not: a fork then takes more locks than ThreadSanitizer can track, as with
# jemalloc alone.)
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
