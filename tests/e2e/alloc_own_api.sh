#!/bin/sh
# Programs that call an allocator by its own names keep working, and what is not
# counted is said, in a field and in one line; where all is counted it is not.
# shellcheck disable=SC2154 # status is set by metered
. "$(dirname "$0")/lib/influx.sh"
. "$(dirname "$0")/lib/alloc.sh"

# build NAME MAKE FREE DECLARATIONS LIBRARY [OPTION...]: a program that calls them.
build_program()
{
	cat >"$work/$1.c" <<END
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
$4
int main(void)
{
	for (size_t size = 1; size < 2000; size++) {
		char *p = $2;
		char *volatile q = malloc(size);
		memset(p, 1, size);
		memset(q, 2, size);
		if (p[size - 1] != 1)
			return 1;
		$3;
		free(q);
	}
	return 0;
}
END
	program=$work/$1
	shift 4
	gcc -o "$program" "$program.c" "$@"
}

found=0
# expect_partly ALLOCATOR NAME
expect_partly()
{
	found=$((found + 1))
	metered "$library" "$work/$1"
	expect_equal "$1: status" 0 "$status"
	expect_equal "$1: agent_coverage" 0 "$(field agent_coverage)"
	grep -q "^memagent\[.*not all .* is seen: the program calls $2, which is not counted$" "$work/err" ||
		fail "$1: it does not say so"
	expect_equal "$1: lines" 1 "$(grep -c . "$work/err")"
	expect_between "$1: mallocs" 1999 "$(field mallocs)" 2100
}

if other=$(library_of jemalloc); then
	build_program jemalloc 'mallocx(size, 0)' 'dallocx(p, 0)' \
		'void *mallocx(size_t, int); void dallocx(void *, int);' "$other"
	expect_partly jemalloc mallocx
	# Inside of us they are counted.
	if [ -e "$build/libmemagent-jemalloc.so" ]; then
		metered "$build/libmemagent-jemalloc.so" "$work/jemalloc"
		expect_silence "jemalloc inside"
		expect_equal "jemalloc inside: agent_coverage" 1 "$(field agent_coverage)"
		expect_between "jemalloc inside: mallocs" 3998 "$(field mallocs)" 4100
		# By a pointer, which without PIE leads to the program's own way there.
		build_program pointer '(make = mallocx)(size, 0)' 'dallocx(p, 0)' \
			'void *mallocx(size_t, int); void dallocx(void *, int);
			static void *(*volatile make)(size_t, int);' "$other" -fno-pie -no-pie
		metered "$build/libmemagent-jemalloc.so" "$work/pointer"
		expect_silence "by a pointer"
		expect_equal "by a pointer: agent_coverage" 1 "$(field agent_coverage)"
	fi
fi
if other=$(library_of tcmalloc); then
	build_program tcmalloc 'tc_malloc(size)' 'tc_free(p)' 'void *tc_malloc(size_t); void tc_free(void *);' "$other"
	expect_partly tcmalloc tc_malloc
fi
if other=$(library_of mimalloc); then
	build_program mimalloc 'mi_malloc(size)' 'mi_free(p)' 'void *mi_malloc(size_t); void mi_free(void *);' "$other"
	expect_partly mimalloc mi_malloc
fi
[ $found -gt 0 ] || skip "no other allocator is installed"

# The allocator is there, but nobody calls it so.
for name in glibc jemalloc tcmalloc mimalloc; do
	other=$(library_of $name) || continue
	metered "$library${other:+:$other}" "$programs/known" 10
	expect_silence "$name, by malloc"
	expect_equal "$name, by malloc: agent_coverage" 1 "$(field agent_coverage)"
done
