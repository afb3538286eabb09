#!/bin/sh
# Programs that call an allocator by its own names keep working.  If their calls are not counted, a
# field and one line say so, and only then.
# shellcheck disable=SC2154 # status is set by metered
. "$(dirname "$0")/lib/influx.sh"
. "$(dirname "$0")/lib/alloc.sh"

# build NAME MAKE FREE DECLARATIONS LIBRARY [OPTION...]: build a program that calls MAKE and FREE.
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
# expect_said WHAT LINE: this line, the only one, reports incomplete coverage.
expect_said()
{
	expect_equal "$1: status" 0 "$status"
	expect_equal "$1: agent_coverage" 0 "$(field agent_coverage)"
	grep -q "^memagent\[.*not all .* are counted: $2, which is not counted$" "$work/err" ||
		fail "$1: it does not say so"
	expect_equal "$1: lines" 1 "$(grep -c . "$work/err")"
}

# expect_partly PROGRAM NAME [MALLOCS]: this many of its objects are counted.
expect_partly()
{
	found=$((found + 1))
	metered "$library" "$work/$1"
	expect_said "$1" "the program calls $2"
	expect_between "$1: mallocs" "${3:-1999}" "$(field mallocs)" $((${3:-1999} + 100))
}

# builds LIBRARY MAKE FREE DECLARATIONS NAME [MALLOCS]: a program that calls NAME and no similar name.
builds()
{
	build_program "$5" "$2" "$3" "$4" "$1"
	expect_partly "$5" "$5" "${6:-}"
}

if other=$(library_of jemalloc); then
	build_program jemalloc 'mallocx(size, 0)' 'dallocx(p, 0)' \
		'void *mallocx(size_t, int); void dallocx(void *, int);' "$other"
	expect_partly jemalloc '[md]allocx'
	# Objects of malloc that these functions free or resize.
	builds "$other" 'malloc(size)' 'dallocx(p, 0)' 'void dallocx(void *, int);' dallocx 3998
	builds "$other" 'malloc(size)' 'sdallocx(p, size, 0)' 'void sdallocx(void *, size_t, int);' sdallocx 3998
	builds "$other" 'malloc(size)' 'xallocx(p, 2 * size, 0, 0); free(p)' \
		'size_t xallocx(void *, size_t, size_t, int);' xallocx 3998
	# A weak reference to a function that exists is called.
	build_program weak 'malloc(size)' 'if (sdallocx) sdallocx(p, size, 0); else free(p)' \
		'__attribute__((weak)) void sdallocx(void *, size_t, int);' -Wl,--no-as-needed "$other"
	expect_partly weak sdallocx 3998
	# Programs that only query the allocator.
	build_program asks 'malloc(nallocx(size, 0))' 'free(p)' 'size_t nallocx(size_t, int);' "$other"
	metered "$library" "$work/asks"
	expect_silence "asks"
	expect_equal "asks: agent_coverage" 1 "$(field agent_coverage)"
	# With jemalloc inside these calls are counted.
	if [ -e "$build/libmemagent-jemalloc.so" ]; then
		metered "$build/libmemagent-jemalloc.so" "$work/jemalloc"
		expect_silence "jemalloc inside"
		expect_equal "jemalloc inside: agent_coverage" 1 "$(field agent_coverage)"
		expect_between "jemalloc inside: mallocs" 3998 "$(field mallocs)" 4100
		# By a pointer, which without PIE is the address of the program's own PLT entry.
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
	expect_partly tcmalloc 'tc_[a-z]*'
	builds "$other" 'malloc(size)' 'tc_free(p)' 'void tc_free(void *);' tc_free 3998
	builds "$other" 'malloc(size)' 'tc_free_sized(p, size)' 'void tc_free_sized(void *, size_t);' tc_free_sized 3998
	builds "$other" 'tc_new_nothrow(size, &n)' 'free(p)' 'static char n; void *tc_new_nothrow(size_t, void *);' tc_new_nothrow
	builds "$other" 'tc_malloc_skip_new_handler(size)' 'free(p)' \
		'void *tc_malloc_skip_new_handler(size_t);' tc_malloc_skip_new_handler
fi
if other=$(library_of mimalloc); then
	build_program mimalloc 'mi_malloc(size)' 'mi_free(p)' 'void *mi_malloc(size_t); void mi_free(void *);' "$other"
	expect_partly mimalloc 'mi_[a-z]*'
	builds "$other" 'malloc(size)' 'mi_free(p)' 'void mi_free(void *);' mi_free 3998
	builds "$other" 'mi_zalloc_aligned(size, 64)' 'free(p)' 'void *mi_zalloc_aligned(size_t, size_t);' mi_zalloc_aligned
	builds "$other" 'mi_new_nothrow(size)' 'free(p)' 'void *mi_new_nothrow(size_t);' mi_new_nothrow
	builds "$other" 'mi_heap_malloc(mi_heap_get_default(), size)' 'free(p)' \
		'void *mi_heap_malloc(void *, size_t), *mi_heap_get_default(void);' mi_heap_malloc
fi
[ $found -gt 0 ] || skip "no other allocator is installed"

# libc's own functions by other names.
builds -lc '__libc_malloc(size)' 'free(p)' 'void *__libc_malloc(size_t);' __libc_malloc
builds -lc 'malloc(size)' '__libc_free(p)' 'void __libc_free(void *);' __libc_free 3998

# An allocator in the program, or in a library, under its own names.
archive=$(gcc -print-file-name=libjemalloc_pic.a)
if [ -e "$archive" ]; then
	nm --defined-only "$archive" 2>/dev/null | awk '$2 == "T" && $3 !~ /^(_Z|je_)/ { print $3, "je_" $3 }' | sort -u >"$work/renamed"
	objcopy --redefine-syms="$work/renamed" "$archive" "$work/prefixed.a"
	ar d "$work/prefixed.a" jemalloc_cpp.pic.o
	build_program inside 'je_malloc(size)' 'je_free(p)' 'void *je_malloc(size_t); void je_free(void *);' \
		-rdynamic "$work/prefixed.a" -pthread -lm
	metered "$library" "$work/inside"
	expect_said "inside" "the program has its own allocator (je_mallocx)"
	expect_between "inside: mallocs" 1999 "$(field mallocs)" 2100
	gcc -shared -o "$work/libprefixed.so" -Wl,--whole-archive "$work/prefixed.a" -Wl,--no-whole-archive -pthread -lm
	build_program found 'make(size)' 'drop(p)' '#include <dlfcn.h>
		static void *(*make)(size_t); static void (*drop)(void *);
		__attribute__((constructor)) static void find(void)
		{
			make = (void *(*)(size_t))dlsym(RTLD_DEFAULT, "je_malloc");
			drop = (void (*)(void *))dlsym(RTLD_DEFAULT, "je_free");
		}' -D_GNU_SOURCE -Wl,--no-as-needed "$work/libprefixed.so"
	metered "$library" "$work/found"
	expect_said "found by dlsym" ".*/libprefixed.so has its own allocator (je_mallocx)"
fi

# Names that only start like mimalloc's.
echo '#include <stdlib.h>
void *mi_new(size_t n) { return malloc(n); } void mi_free(void *p) { free(p); }' >"$work/libalike.c"
gcc -shared -fPIC -fno-builtin -o "$work/libalike.so" "$work/libalike.c"
build_program alike 'mi_new(size)' 'mi_free(p)' 'void *mi_new(size_t); void mi_free(void *);' "$work/libalike.so"
metered "$library" "$work/alike"
expect_silence "names that begin alike"
expect_equal "names that begin alike: agent_coverage" 1 "$(field agent_coverage)"

# An allocator behind ours uses another one: all its calls have been counted before.
echo '#include <stddef.h>
void *__libc_malloc(size_t);
void *malloc(size_t n) { return __libc_malloc(n); }' >"$work/behind.c"
gcc -shared -fPIC -fno-builtin -o "$work/behind.so" "$work/behind.c"
metered "$library:$work/behind.so" "$work/alike"
expect_silence "behind"
expect_equal "behind: agent_coverage" 1 "$(field agent_coverage)"

# The allocator is loaded, but the program does not call it by its own names.
for name in glibc jemalloc tcmalloc tcmalloc-debug mimalloc; do
	other=$(library_of $name) || continue
	metered "$library${other:+:$other}" "$programs/known" 10
	expect_silence "$name, by malloc"
	expect_equal "$name, by malloc: agent_coverage" 1 "$(field agent_coverage)"
done
