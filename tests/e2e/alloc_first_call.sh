#!/bin/sh
# In the program's first call the allocator sets itself up, and may register an exit handler or
# start a thread. jemalloc does with some options.
# shellcheck disable=SC2154 # status is set by metered
. "$(dirname "$0")/lib/influx.sh"
. "$(dirname "$0")/lib/alloc.sh"

embedded=$build/libmemagent-jemalloc.so
cd "$work" # where jemalloc's profiles go

# first WHAT PRELOAD LINE VARIABLE=VALUE... PROGRAM: its output has LINE, with the agent enabled and
# disabled.
first()
{
	what=$1 preloads=$2 line=$3
	shift 3
	for enabled in 1 0; do
		metered "$preloads" MEMAGENT_ENABLED=$enabled "$@"
		expect_equal "$what, MEMAGENT_ENABLED=$enabled: status" 0 "$status"
		grep -qF "$line" "$work/out" "$work/err" || fail "$what: it does not print \"$line\""
		! grep -q '^memagent\[' "$work/err" || fail "$what: the agent complains"
		[ $enabled -eq 1 ] || continue
		expect_equal "$what: agent_coverage" 1 "$(field agent_coverage)"
	done
}

cat >"$work/program.c" <<'END'
#include <stdio.h>
#include <stdlib.h>
#ifdef CONF
const char *malloc_conf = CONF;
#endif
int main(void)
{
	for (int i = 1; i < 1000; i++) {
		char *volatile p = malloc(i);
		*p = 1;
		free(p);
	}
	return puts("done") < 0;
}
END
gcc -fno-builtin -o "$work/program" "$work/program.c"

# A library whose constructor, which runs before the agent's, makes the first call.
echo '#include <stdlib.h>
char *volatile first;
__attribute__((constructor)) static void make(void) { first = malloc(100); }' >"$work/libfirst.c"
gcc -shared -fPIC -fno-builtin -o "$work/libfirst.so" "$work/libfirst.c"
gcc -fno-builtin -o "$work/early" "$work/program.c" -Wl,--no-as-needed "$work/libfirst.so"

# An allocator that always does all of this in its first call.
cat >"$work/busy.c" <<'END'
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static char room[16 << 20] __attribute__((aligned(16)));
static size_t used;
static int is_set_up, setting_up;
static void say(void) { (void)!write(1, "handler\n", 8); }
static void *run(void *sem) { __atomic_store_n((int *)sem, 1, __ATOMIC_RELEASE); return sem; }
static void set_up(void)
{
	static int ran;
	pthread_t thread;
	setting_up = 1;
	if (pthread_create(&thread, NULL, run, &ran) || atexit(say))
		abort();
	pthread_detach(thread);
	setting_up = 0;
	is_set_up = 1;
}
static void *make(size_t size)
{
	size_t at = __atomic_fetch_add(&used, (size + 31) & ~(size_t)15, __ATOMIC_RELAXED);
	if (size > sizeof(room) || at + size + 16 > sizeof(room)) {
		errno = ENOMEM;
		return NULL;
	}
	*(size_t *)(void *)&room[at] = size;
	return &room[at + 16];
}
size_t malloc_usable_size(void *p) { return p ? ((size_t *)p)[-2] : 0; }
/* What libc makes for a thread comes this way, in the middle. */
void *calloc(size_t count, size_t size) { return make(count * size); }
void *malloc(size_t size)
{
	if (setting_up)
		abort();
	if (!is_set_up)
		set_up();
	return make(size);
}
void *realloc(void *p, size_t size)
{
	void *q = make(size);
	size_t had = malloc_usable_size(p);
	return q && p ? memcpy(q, p, had < size ? had : size) : q;
}
void free(void *p) { (void)p; }
END
gcc -shared -fPIC -fno-builtin -pthread -o "$work/busy.so" "$work/busy.c"
first "a busy allocator" "$library:$work/busy.so" handler "$work/program"
first "a busy allocator, early" "$library:$work/busy.so" handler "$work/early"

conf=stats_print:true,prof:true,prof_final:true
statistics='End jemalloc statistics'
if [ -e "$embedded" ]; then
	gcc -fno-builtin -rdynamic "-DCONF=\"$conf\"" -o "$work/conf" "$work/program.c"
	first "jemalloc inside" "$embedded" "$statistics" MALLOC_CONF=$conf "$work/program"
	first "jemalloc inside, early" "$embedded" "$statistics" MALLOC_CONF=$conf "$work/early"
	first "jemalloc inside, a setting of the program's" "$embedded" "$statistics" "$work/conf"
	first "jemalloc inside, python3" "$embedded" "$statistics" MALLOC_CONF=$conf python3 -c 'print(1)'
fi
if other=$(library_of jemalloc); then
	gcc -fno-builtin -o "$work/linked" "$work/program.c" -Wl,--no-as-needed "$other"
	first "jemalloc" "$library:$other" "$statistics" MALLOC_CONF=$conf "$work/program"
	first "jemalloc, early" "$library:$other" "$statistics" MALLOC_CONF=$conf "$work/early"
	first "jemalloc, linked" "$library" "$statistics" MALLOC_CONF=$conf "$work/linked"
	first "jemalloc, python3" "$library:$other" "$statistics" MALLOC_CONF=$conf python3 -c 'print(1)'
fi
