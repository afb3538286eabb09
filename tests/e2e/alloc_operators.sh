#!/bin/sh
# All forms of C++'s operators are counted once: with libstdc++ and libc++, with allocators that
# have their own operators (linked or preloaded), in a library loaded with RTLD_LOCAL, and in
# programs that replace operators.
# shellcheck disable=SC2154 # status is set by metered
. "$(dirname "$0")/lib/influx.sh"
. "$(dirname "$0")/lib/alloc.sh"

source=$root/tests/alloc/operators.cc
g++ -O1 -std=c++17 -fno-builtin -o "$work/libstdc++" "$source"
programs="libstdc++"
if clang++ -O1 -std=c++17 -fno-builtin -stdlib=libc++ -o "$work/libc++" "$source" 2>/dev/null; then
	programs="$programs libc++"
fi
if g++ -O1 -std=c++17 -fno-builtin -o "$work/with-jemalloc" "$source" -Wl,--no-as-needed -ljemalloc 2>/dev/null; then
	programs="$programs with-jemalloc"
fi

if other=$(library_of tcmalloc); then
	g++ -O1 -std=c++17 -fno-builtin -o "$work/with-tcmalloc" "$source" -Wl,--no-as-needed "$other"
	programs="$programs with-tcmalloc"
	g++ -O1 -std=c++17 -fno-builtin -DOWN -o "$work/own-with-tcmalloc" "$source" -Wl,--no-as-needed "$other"
	programs="$programs own-with-tcmalloc"
fi

# All calls end in the program's operators, also those that an allocator makes itself.
g++ -O1 -std=c++17 -fno-builtin -DOWN -o "$work/own" "$source"
g++ -O1 -std=c++17 -fno-builtin -static-libstdc++ -rdynamic -o "$work/static-libstdc++" "$source"
programs="$programs own static-libstdc++"

# run WHAT PRELOAD COMMAND...
run()
{
	metered "$2" "$3" plain
	for name in mallocs frees total_requested_bytes heap_alloc_bytes; do
		eval "base_$name=$(field $name)"
	done
	metered "$2" "$3" all
	expect_equal "$1: status" 0 "$status"
	expect_silence "$1"
	while read -r name value; do
		eval "base=\$base_$name"
		expect_equal "$1: $name" "$value" $(($(field "$name") - base))
	done <"$work/out"
	expect_equal "$1: mallocs of the script" 1300 "$(sed -n 's/^mallocs //p' "$work/out")"
	expect_equal "$1: live" "$(($(field total_alloc_bytes) - $(field total_freed_bytes)))" "$(field heap_alloc_bytes)"
	# Unknown if one side of the operators is not counted.
	expect_between "$1: agent_heap_bytes" 1 "$(field agent_heap_bytes)" 1000000
	# shellcheck disable=SC2154 # set above
	expect_between "$1: live bytes" 323200 "$(($(field heap_alloc_bytes) - base_heap_alloc_bytes))" 470000
	case $1 in
	own* | *"on an arena"*) return ;; # they ask no handler
	esac
	metered "$2" "$3" throw
	case $1 in
	static*) ;; # that of the program throws
	*mimalloc)
		# It is compiled as C, so it cannot throw and ends the program.
		expect_equal "$1: a new that must fail: status" 134 "$status"
		return
		;;
	esac
	expect_equal "$1: a new that must fail: status" 0 "$status"
	case $1 in
	with-*"on glibc" | *" on jemalloc" | *" on tcmalloc"*) ;; # the allocator's own tries are not ours
	*) expect_equal "$1: failed_allocs" "$(sed -n 's/^failed_allocs //p' "$work/out")" "$(field failed_allocs)" ;;
	esac
}

for program in $programs; do
	for name in glibc jemalloc tcmalloc tcmalloc-debug mimalloc; do
		other=$(library_of $name) || continue
		# It has no nothrow delete, so tcmalloc's gets its objects, also without the agent.
		case "$program $name" in
		*with-tcmalloc" mimalloc") continue ;;
		esac
		run "$program on $name" "$library${other:+:$other}" "$work/$program"
	done
	run "$program on jemalloc inside" "$build/libmemagent-jemalloc.so" "$work/$program"
done

# An unknown allocator that exports names which otherwise only C++ libraries export.
cat >"$work/arena.c" <<'END'
#include <errno.h>
#include <stdlib.h>
#include <string.h>
static char room[64 << 20] __attribute__((aligned(4096)));
static size_t used;
static void *make(size_t alignment, size_t size)
{
	size_t at = (used + 16 + alignment - 1) & -alignment;
	if (size > sizeof(room) || at + size > sizeof(room)) {
		errno = ENOMEM;
		return NULL;
	}
	used = at + ((size + 15) & ~(size_t)15);
	*(size_t *)(void *)&room[at - 8] = size;
	return &room[at];
}
static void drop(char *p)
{
	if (p && (p < room || p >= room + sizeof(room)))
		abort();
}
size_t malloc_usable_size(void *p) { return p ? ((size_t *)p)[-1] : 0; }
void *malloc(size_t size) { return make(16, size); }
void *calloc(size_t n, size_t size) { return make(16, n * size); }
void free(void *p) { drop(p); }
void *realloc(void *p, size_t size)
{
	void *q = make(16, size);
	size_t had = malloc_usable_size(p);
	return q && p ? memcpy(q, p, had < size ? had : size) : q;
}
void *memalign(size_t alignment, size_t size) { return make(alignment, size); }
void *aligned_alloc(size_t alignment, size_t size) { return make(alignment, size); }
int posix_memalign(void **out, size_t alignment, size_t size)
{
	*out = make(alignment, size);
	return *out ? 0 : ENOMEM;
}
void *_Znwm(size_t size) { return make(16, size); }
void *_Znam(size_t size) { return make(16, size); }
void *_ZnwmSt11align_val_t(size_t size, size_t alignment) { return memalign(alignment, size); }
void _ZdlPv(void *p) { drop(p); }
void _ZdlPvm(void *p) { free(p); }
void _ZdaPv(void *p) { drop(p); }
void *_ZSt15set_new_handlerPFvvE(void *handler) { return handler; }
END
gcc -O1 -fno-builtin -fPIC -shared -o "$work/arena.so" "$work/arena.c"
run "libstdc++ on an arena" "$library:$work/arena.so" "$work/libstdc++"
run "libstdc++ on an arena, jemalloc inside" "$build/libmemagent-jemalloc.so:$work/arena.so" "$work/libstdc++"

# A program in C that loads a C++ library with RTLD_LOCAL.
g++ -O1 -std=c++17 -fno-builtin -fPIC -shared -Dmain=plugin_main -o "$work/plugin.so" "$source"
cat >"$work/host.c" <<'END'
#include <dlfcn.h>
int main(int argc, char **argv)
{
	void *plugin = dlopen(PLUGIN, RTLD_NOW | RTLD_LOCAL);
	int (*run)(int, char **) = (int (*)(int, char **))dlsym(plugin, NAME);
	return run(argc, argv);
}
END
name=$(nm -D --defined-only "$work/plugin.so" | awk '$3 ~ /plugin_main/ { print $3 }')
gcc -DPLUGIN="\"$work/plugin.so\"" -DNAME="\"$name\"" -o "$work/host" "$work/host.c"
run "a library out of sight" "$library" "$work/host"
run "a library out of sight, jemalloc inside" "$build/libmemagent-jemalloc.so" "$work/host"
