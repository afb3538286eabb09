/*
 * A library to preload: it compares the walk with libgcc's unwinder at every allocation.
 *
 *   COMPARE=FILE        totals, one number of 64 bits each (struct totals), for all processes
 * together; FILE.txt gets the first stacks that differ or are not whole COMPARE_EVERY=N     only
 * every N-th allocation
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <unwind.h>

#include "shim/sites/objects.h"
#include "shim/sites/rules.h"
#include "shim/sites/walk.h"

#define MAX 128
#define SHOWN 3
#define EXPORTED __attribute__((visibility("default")))

/* libgcc's; NULL for code that no unwind table describes. */
struct bases {
	void *text, *data, *function;
};
const void *_Unwind_Find_FDE(void *address, struct bases *bases);

EXPORTED void *malloc(size_t size);
EXPORTED void *calloc(size_t n, size_t size);
EXPORTED void *realloc(void *p, size_t size);
EXPORTED void compare_here(void);
EXPORTED void __cxa_finalize(void *object);

struct totals {
	uint64_t stacks;
	uint64_t frames;
	uint64_t wrong;
	uint64_t beyond; /* go on by frame pointers where libgcc stops */
	uint64_t ends[WALK_ENDS];
};

struct reference {
	uintptr_t at[MAX + 1];
	size_t n;
	bool is_skipping;
};

static struct totals *totals;
static char text_path[4096];
static unsigned every = 1;
static struct dl_find_object own;
static __thread bool is_inside __attribute__((tls_model("initial-exec")));
static __thread unsigned calls __attribute__((tls_model("initial-exec")));

static uint64_t add(uint64_t *total, uint64_t n)
{
	return __atomic_fetch_add(total, n, __ATOMIC_RELAXED);
}

static bool is_own(uintptr_t address)
{
	return address >= (uintptr_t)own.dlfo_map_start && address < (uintptr_t)own.dlfo_map_end;
}

static _Unwind_Reason_Code note(struct _Unwind_Context *context, void *arg)
{
	struct reference *reference = arg;
	int is_interrupted = 0;
	uintptr_t pc = _Unwind_GetIPInfo(context, &is_interrupted);
	uintptr_t at = pc - !is_interrupted;

	if (pc == 0)
		return _URC_NORMAL_STOP;
	if (reference->is_skipping && is_own(at))
		return _URC_NO_REASON;
	reference->is_skipping = false;
	reference->at[reference->n++] = at;
	return reference->n <= MAX ? _URC_NO_REASON : _URC_NORMAL_STOP;
}

static uintptr_t absolute(uint64_t frame)
{
	return walk_address(frame) + objects_bias(walk_object(frame));
}

static void show(int file, const char *who, uintptr_t at)
{
	struct dl_find_object found;

	if (_dl_find_object((void *)at, &found) == 0)
		dprintf(file, "  %s %s+%#lx\n", who, found.dlfo_link_map->l_name,
			(unsigned long)(at - found.dlfo_link_map->l_addr));
	else
		dprintf(file, "  %s %#lx\n", who, (unsigned long)at);
}

static void show_both(const uint64_t *frames, size_t n, enum walk_end end,
		      const struct reference *reference)
{
	int file = open(text_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);

	dprintf(file, "walk: %zu frames, end %d; libgcc: %zu\n", n, end, reference->n);
	for (size_t i = 0; i < n || i < reference->n; i++) {
		bool same = i < n && i < reference->n && absolute(frames[i]) == reference->at[i];

		if (i < n)
			show(file, same ? "both  " : "walk  ", absolute(frames[i]));
		if (!same && i < reference->n)
			show(file, "libgcc", reference->at[i]);
	}
	close(file);
}

static bool is_described(uintptr_t address)
{
	struct bases bases;

	return _Unwind_Find_FDE((void *)address, &bases) != NULL;
}

static bool agree(const uint64_t *frames, size_t n, enum walk_end end,
		  const struct reference *reference)
{
	for (size_t i = 0; i < n && i < reference->n; i++)
		if (absolute(frames[i]) != reference->at[i])
			return false;
	if (n <= reference->n)
		return end != WALK_WHOLE || n == reference->n;
	add(&totals->beyond, 1);
	return reference->n && !is_described(reference->at[reference->n - 1]);
}

static __attribute__((noinline)) void compare(void)
{
	uint64_t frames[MAX];
	struct reference reference = {.n = 0, .is_skipping = true};
	struct walk_stack stack = walk(MAX, (struct walk_copy){frames, 0, MAX});
	enum walk_end end = stack.end;
	size_t n = stack.n;
	bool is_wrong, is_odd;

	_Unwind_Backtrace(note, &reference);
	is_wrong = !agree(frames, n, end, &reference);
	is_odd = add(&totals->ends[end], 1) < SHOWN && end != WALK_WHOLE && end != WALK_DEPTH;
	add(&totals->stacks, 1);
	add(&totals->frames, n);
	if ((is_wrong && add(&totals->wrong, 1) < SHOWN) || is_odd)
		show_both(frames, n, end, &reference);
}

static __attribute__((noinline)) void check(void)
{
	int saved = errno;

	if (totals == NULL || is_inside || calls++ % every)
		return;
	is_inside = true;
	compare();
	is_inside = false;
	errno = saved;
}

/* For signal handlers of the tests: they may interrupt malloc. */
void compare_here(void)
{
	check();
}

/* The functions of the program's allocator exist, so dlsym does not allocate a message. */
static void *next(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

void *malloc(size_t size)
{
	static void *(*next_malloc)(size_t);

	if (next_malloc == NULL)
		next_malloc = (void *(*)(size_t))next("malloc");
	check();
	return next_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	static void *(*next_calloc)(size_t, size_t);

	if (next_calloc == NULL)
		next_calloc = (void *(*)(size_t, size_t))next("calloc");
	check();
	return next_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	static void *(*next_realloc)(void *, size_t);

	if (next_realloc == NULL)
		next_realloc = (void *(*)(void *, size_t))next("realloc");
	check();
	return next_realloc(p, size);
}

/* As shim/atexit.c has it. */
void __cxa_finalize(void *object)
{
	((void (*)(void *))next("__cxa_finalize"))(object);
	if (object)
		rules_forget();
}

static __attribute__((constructor)) void set_up(void)
{
	const char *path = getenv("COMPARE"), *n = getenv("COMPARE_EVERY");
	void *map;
	int file;

	if (path == NULL || _dl_find_object((void *)compare, &own))
		return;
	if (n)
		every = (unsigned)atoi(n);
	snprintf(text_path, sizeof(text_path), "%s.txt", path);
	file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (file < 0 || ftruncate(file, sizeof(*totals)))
		return;
	map = mmap(NULL, sizeof(*totals), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	if (map != MAP_FAILED)
		totals = map;
}
