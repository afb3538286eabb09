/*
 * A library to preload: at every allocation it compares the walk with libgcc's unwinder.
 *
 * ORACLE is a file of counts, which all processes share.  ORACLE.txt gets the first differences.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <unwind.h>

#include "shim/sites/objects.h"
#include "shim/sites/walk.h"

#define MAX 128
#define SHOWN 20
#define EXPORTED __attribute__((visibility("default")))

/* libgcc's; NULL for code that no unwind table describes. */
struct bases {
	void *text, *data, *function;
};
const void *_Unwind_Find_FDE(void *address, struct bases *bases);

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
EXPORTED void *malloc(size_t size);
EXPORTED void *calloc(size_t n, size_t size);
EXPORTED void *realloc(void *p, size_t size);
EXPORTED void oracle_check(void);

struct counts {
	unsigned long stacks, frames, mismatches, beyond, ends[WALK_ENDS];
};

struct reference {
	uintptr_t at[MAX + 1];
	size_t n;
	bool is_skipping;
};

static struct counts *counts;
static char text_path[4096];
static struct dl_find_object own;
static __thread bool is_inside __attribute__((tls_model("initial-exec")));

static bool is_own(uintptr_t address)
{
	return address - (uintptr_t)own.dlfo_map_start <
	       (uintptr_t)own.dlfo_map_end - (uintptr_t)own.dlfo_map_start;
}

static _Unwind_Reason_Code note(struct _Unwind_Context *context, void *arg)
{
	struct reference *reference = arg;
	int is_exact = 0;
	uintptr_t pc = _Unwind_GetIPInfo(context, &is_exact);
	uintptr_t at = pc - !is_exact;

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
	return (frame & ((UINT64_C(1) << WALK_OBJECT_SHIFT) - 1)) +
	       objects_bias((unsigned)(frame >> WALK_OBJECT_SHIFT));
}

static void show(int file, const char *what, uintptr_t at)
{
	char line[512];
	struct dl_find_object found;
	int n;

	/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
	if (_dl_find_object((void *)at, &found) == 0)
		n = snprintf(line, sizeof(line), "  %s %s+%#lx\n", what,
			     found.dlfo_link_map->l_name, at - found.dlfo_link_map->l_addr);
	else
		n = snprintf(line, sizeof(line), "  %s %#lx\n", what, at);
	if (write(file, line, (size_t)n) != n)
		return;
}

static void show_all(const uint64_t *frames, size_t n, enum walk_end end,
		     const struct reference *reference)
{
	int file = open(text_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);

	dprintf(file, "pid %d: walk %zu frames, end %d; libgcc %zu\n", (int)getpid(), n, end,
		reference->n);
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

	/* NOLINTNEXTLINE(performance-no-int-to-ptr): libgcc has a number */
	return _Unwind_Find_FDE((void *)address, &bases) != NULL;
}

static bool agree(const uint64_t *frames, size_t n, enum walk_end end,
		  const struct reference *reference)
{
	size_t i;

	for (i = 0; i < n && i < reference->n; i++)
		if (absolute(frames[i]) != reference->at[i])
			return false;
	/* By frame pointers, the walk may go on where libgcc stops. */
	if (n > reference->n) {
		if (__atomic_fetch_add(&counts->beyond, 1, __ATOMIC_RELAXED) < 3)
			show_all(frames, n, end, reference);
		return reference->n && !is_described(reference->at[reference->n - 1]);
	}
	return end != WALK_WHOLE || n == reference->n;
}

static __attribute__((noinline)) void compare(void)
{
	uint64_t frames[MAX];
	struct reference reference = {.n = 0, .is_skipping = true};
	enum walk_end end = WALK_ENDS;
	size_t n = walk(frames, MAX, &end);

	_Unwind_Backtrace(note, &reference);
	__atomic_fetch_add(&counts->stacks, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&counts->frames, n, __ATOMIC_RELAXED);
	__atomic_fetch_add(&counts->ends[end], 1, __ATOMIC_RELAXED);
	if (!agree(frames, n, end, &reference)) {
		if (__atomic_fetch_add(&counts->mismatches, 1, __ATOMIC_RELAXED) < SHOWN)
			show_all(frames, n, end, &reference);
	} else if (end != WALK_WHOLE && end != WALK_DEPTH &&
		   __atomic_load_n(&counts->ends[end], __ATOMIC_RELAXED) < 3) {
		show_all(frames, n, end, &reference);
	}
}

/* ${size} keeps the caller's frame: no tail call. */
static __attribute__((noinline)) void check(void)
{
	int saved = errno;

	if (counts == NULL || is_inside)
		return;
	is_inside = true;
	compare();
	is_inside = false;
	errno = saved;
}

/* For signal handlers, in which a program must not allocate. */
void oracle_check(void)
{
	check();
}

void *malloc(size_t size)
{
	check();
	return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	check();
	return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
	check();
	return __libc_realloc(p, size);
}

static __attribute__((constructor)) void set_up(void)
{
	const char *path = getenv("ORACLE");
	void *map;
	int file;

	if (path == NULL || _dl_find_object((void *)compare, &own))
		return;
	snprintf(text_path, sizeof(text_path), "%s.txt", path);
	file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
	if (file < 0 || ftruncate(file, sizeof(*counts)))
		return;
	map = mmap(NULL, sizeof(*counts), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
	close(file);
	if (map != MAP_FAILED)
		counts = map;
}
