#!/bin/sh
# glibc's heap checks (mcheck, and MALLOC_CHECK_ of libc_malloc_debug) find the same errors and
# print the same messages under the agent.  Their functions have hidden versions, which a look-up
# must not skip.
. "$(dirname "$0")/../e2e/lib/influx.sh"
. "$(dirname "$0")/../e2e/lib/alloc.sh"

debug=libc_malloc_debug.so.0
env LD_PRELOAD=$debug true 2>&1 | grep -q . && skip "this system has no $debug (glibc before 2.34)"
export MALLOC_PERTURB_=1

cat >"$work/errors.c" <<'END'
#include <malloc.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	static long room[8];
	char *p = malloc(7);

	switch (argc > 1 ? argv[1][0] : 0) {
	case 'b': p[7] = 1; free(p); break;           /* writes beyond the end */
	case 'd': free(p); free(p); break;            /* frees twice */
	case 'i': free((char *)room + 16); break;     /* frees an invalid pointer */
	case 'r': p = realloc((char *)room + 16, 100); break;
	case 'u': return malloc_usable_size(p) != 7;  /* mcheck knows the exact size */
	}
	return 0;
}
END
gcc -O0 -fno-builtin -w -o "$work/errors" "$work/errors.c"
gcc -O0 -fno-builtin -w -o "$work/errors-mcheck" "$work/errors.c" -lmcheck

# attempt COMMAND…: run it bare and with the agent; return whether both do the same.
attempt()
{
	bare_status=0
	env "LD_PRELOAD=$debug" "$@" >"$work/bare.out" 2>&1 || bare_status=$?
	metered "$library:$debug" "$@"
	cat "$work/out" "$work/err" >"$work/metered.out"
	[ "$bare_status" -eq "$status" ] && cmp -s "$work/bare.out" "$work/metered.out"
}

# compare WHAT COMMAND…: glibc's check byte depends on the object's random address.  For one
# address in 256 it misses an error or reports another, so only four differences in a row count.
compare()
{
	what=$1
	shift
	attempt "$@" || attempt "$@" || attempt "$@" || attempt "$@" ||
		fail "$what: $status, $(cat "$work/metered.out"); without the agent $bare_status, $(cat "$work/bare.out")"
	[ "$bare_status" -eq 0 ] || found=$((found + 1))
}

found=0
for error in b d i r u n; do
	compare "MALLOC_CHECK_, $error" MALLOC_CHECK_=3 "$work/errors" $error
	compare "mcheck, $error" MALLOC_CHECK_=0 "$work/errors-mcheck" $error
done
expect_between "errors that end the program" 6 "$found" 10

# mtrace lists what the program allocates, not what the agent does.
metered "$library:$debug" "MALLOC_TRACE=$work/trace" "$work/errors" n
expect_silence "mtrace"
