#!/bin/sh
# The tag `allocator` names the allocator, whatever its file is called and however it was loaded.
# It is "unknown" when another library is in between.
. "$(dirname "$0")/lib/influx.sh"
. "$(dirname "$0")/lib/alloc.sh"

cat >"$work/program.c" <<'END'
#include <stdlib.h>
int main(void)
{
	void *volatile p = malloc(100);
	free(p);
	return 0;
}
END
cat >"$work/between.c" <<'END'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
void *malloc(size_t size)
{
	static void *(*next)(size_t);
	if (next == NULL)
		next = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
	return next(size);
}
END
gcc -o "$work/program" "$work/program.c"
gcc -shared -fPIC -o "$work/between.so" "$work/between.c"

expect_tags()
{
	expect_equal "$1: status" 0 "$status"
	expect_silence "$1"
	expect_equal "$1: allocator" "$2" "$(tag allocator)"
	version=$(tag allocator_version)
	echo "$version" | grep -Eq "$3" || fail "$1: version \"$version\""
}

metered "$library" "$work/program"
expect_tags "libc" glibc "^$(getconf GNU_LIBC_VERSION | sed 's/.* //')\$"

for name in jemalloc tcmalloc mimalloc; do
	other=$(library_of $name) || continue
	# The file's name does not matter.
	cp "$other" "$work/libc.so"
	metered "$library:$work/libc.so" "$work/program"
	expect_tags "$name" $name '^[0-9]+\.[0-9.]+$'
done

metered "$library:$work/between.so" "$work/program"
expect_tags "something in between" unknown '^$'

# In front it passes all calls on, which are counted, and is not the allocator.
metered "$work/between.so:$library" "$work/program"
expect_tags "something in front" glibc "^$(getconf GNU_LIBC_VERSION | sed 's/.* //')\$"

archive=$(gcc -print-file-name=libjemalloc_pic.a)
[ -e "$archive" ] || exit 0
gcc -o "$work/linked" "$work/program.c" -ljemalloc
metered "$library" "$work/linked"
expect_tags "linked by the program" jemalloc '^5\.[0-9.]+$'

# Its malloc is the program's first, so calls are not counted, but the tag names it.
g++ -rdynamic -o "$work/static" -x c "$work/program.c" -x none -Wl,--whole-archive "$archive" \
	-Wl,--no-whole-archive
metered "$library" "$work/static"
expect_equal "inside the program: allocator" jemalloc "$(tag allocator)"
expect_equal "inside the program: agent_coverage" 0 "$(field agent_coverage)"
grep -q "^memagent\[.*not all .* are counted: the program has its own malloc" "$work/err" ||
	fail "inside the program: it does not report that nothing is counted"

objcopy --redefine-sym mallctl=je_mallctl "$archive" "$work/prefixed.a"
g++ -shared -o "$work/prefixed.so" -Wl,--whole-archive "$work/prefixed.a" -Wl,--no-whole-archive
metered "$library:$work/prefixed.so" "$work/program"
expect_tags "with a prefix" jemalloc '^5\.[0-9.]+$'
