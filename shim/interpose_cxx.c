/*
 * interpose_cxx: wraps C++'s operators new and delete.
 *
 * A program may replace some of them, and the C++ library's other forms call the replaced ones.  So
 * each of ours calls the next operator of its name in the dynamic linker's order.  If there is
 * none, ours is hidden: a library that is loaded later with RTLD_LOCAL may define it.
 *
 * Most operators call malloc and free, which count.  An allocator's own may not.  The program's
 * first call of each operator shows whether our malloc or free counted it.  No operator is called
 * to find out, because an allocator may hold a lock when it first calls new.
 *
 * With jemalloc inside, no other allocator may make or free an object.  So operators of other
 * allocators are skipped, and the C++ library's delete is free.
 *
 * An operator that throws is not counted as a failed call.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "shim/cc.h"
#include "shim/counters.h"
#include "shim/hide.h"
#include "shim/interpose.h"
#include "shim/next.h"
#include "shim/object.h"
#include "shim/threads.h"

/* All arguments are words; the callee ignores those that it does not take. */
typedef void *operator_fn(uintptr_t first, uintptr_t second, uintptr_t third);

enum {
#define OPERATOR(kind, symbol) AT_##symbol,
#include "shim/operators.def"
#undef OPERATOR
	OPERATORS
};

static const struct {
	const char *symbol;
	enum { NEW, ALIGNED_NEW, DELETE } kind;
} forms[OPERATORS] = {
#define OPERATOR(kind, symbol) [AT_##symbol] = {#symbol, kind},
#include "shim/operators.def"
#undef OPERATOR
};

enum mode {
	WATCH, /* unknown yet: watch whether the next operator calls our malloc or free */
	COUNT, /* it does not call them: count here */
};

static struct {
	operator_fn *next; /* NULL until it is looked up */
	enum mode mode;	   /* while the target is slow() */
} operators[OPERATORS];

#define OPERATOR(kind, symbol) static operator_fn slow_##symbol;
#include "shim/operators.def"
#undef OPERATOR

/* What each of ours calls: the next operator, or slow(). */
static operator_fn *targets[OPERATORS] = {
#define OPERATOR(kind, symbol) [AT_##symbol] = slow_##symbol,
#include "shim/operators.def"
#undef OPERATOR
};

static void set_target(unsigned at, operator_fn *target)
{
	__atomic_store_n(&targets[at], target, __ATOMIC_RELAXED);
}

static void set_mode(unsigned at, enum mode mode)
{
	__atomic_store_n(&operators[at].mode, mode, __ATOMIC_RELAXED);
}

static bool is_from_allocator(const void *function)
{
	return object_function(function, "malloc") != NULL;
}

static void *find_next(const char *symbol)
{
	void *found = object_next((const void *)interpose_operators, symbol);

	while (found && next_is_inside() && is_from_allocator(found))
		found = object_next(found, symbol);
	return found;
}

/* For callers that were bound to ours before it was hidden. */
static void *fallback_new(uintptr_t size, uintptr_t second, uintptr_t third)
{
	(void)second;
	(void)third;
	return malloc(size);
}

static void *fallback_aligned_new(uintptr_t size, uintptr_t alignment, uintptr_t third)
{
	void *p;

	(void)third;
	return posix_memalign(&p, alignment, size) ? NULL : p;
}

static operator_fn *fallback(unsigned at)
{
	switch (forms[at].kind) {
	case NEW:
		return fallback_new;
	case ALIGNED_NEW:
		return fallback_aligned_new;
	case DELETE:
		break;
	}
	return (operator_fn *)(void *)free;
}

static bool is_cxx_library(const void *function)
{
	const char *path = object_path(function);
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;

	return strncmp(name, "libstdc++.so", 12) == 0 || strncmp(name, "libc++", 6) == 0;
}

/* Return whether all operators are the C++ library's.  Call it before ours are hidden. */
static bool none_is_replaced(void *const *found)
{
	for (unsigned i = 0; i < OPERATORS; i++)
		if (!object_same(object_first(forms[i].symbol),
				 (const void *)interpose_operators) ||
		    (found[i] && !is_cxx_library(found[i])))
			return false;
	return true;
}

static void set(unsigned at, void *found, bool delete_is_free)
{
	if (delete_is_free && forms[at].kind == DELETE)
		found = NULL;
	operators[at].next = found ? (operator_fn *)found : fallback(at);
	/* Watch only the allocator's: others may return memory that it does not know. */
	if (found == NULL || !next_is_neighbour(found))
		set_target(at, operators[at].next);
}

void interpose_operators(void)
{
	void *found[OPERATORS];
	const char *missing[OPERATORS];
	/* A program in C has none, so skip the other look-ups. */
	bool has_any = find_next(forms[AT__Znwm].symbol) != NULL;
	bool delete_is_free;

	for (unsigned i = 0; i < OPERATORS; i++) {
		found[i] = has_any ? find_next(forms[i].symbol) : NULL;
		missing[i] = found[i] ? NULL : forms[i].symbol;
	}
	delete_is_free = next_is_inside() && has_any && none_is_replaced(found);
	for (unsigned i = 0; i < OPERATORS; i++)
		set(i, found[i], delete_is_free);
	hide_functions(missing, OPERATORS);
}

/* The counts before a call of an operator, to see whether our malloc or free counts in it. */
struct watch {
	struct counters *block;
	bool is_own; /* else other threads add to it too */
	uint64_t objects, bytes;
};

static uint64_t objects_of(const struct counters *c, bool is_delete)
{
	return is_delete ? c->frees : counters_mallocs(c);
}

static uint64_t bytes_of(const struct counters *c, bool is_delete)
{
	return is_delete ? c->freed_bytes : counters_requested(c);
}

static struct watch begin_watch(bool is_delete)
{
	struct counters *own = threads_own.self ? threads_own.self : threads_claim();
	struct counters *block = own ? own : threads_shared();

	return (struct watch){block, own != NULL, objects_of(block, is_delete),
			      bytes_of(block, is_delete)};
}

/*
 * Return whether an object of ${bytes} bytes was counted since ${watch} began.  If more was
 * counted, by a signal handler or by the allocator's initialisation, the next call decides.
 */
static bool was_counted(unsigned at, const struct watch *watch, uint64_t bytes)
{
	bool is_delete = forms[at].kind == DELETE;
	uint64_t objects = objects_of(watch->block, is_delete) - watch->objects;
	uint64_t counted = bytes_of(watch->block, is_delete) - watch->bytes;

	if (watch->is_own && objects == 0)
		set_mode(at, COUNT);
	else if (watch->is_own && objects == 1 && counted == bytes)
		set_target(at, operators[at].next);
	return objects > 0 && counted >= bytes;
}

static void *watch_new(unsigned at, uintptr_t size, uintptr_t second, uintptr_t third)
{
	struct watch watch = begin_watch(false);
	void *p = operators[at].next(size, second, third);

	return was_counted(at, &watch, size) ? p : interpose_made(p, size, ANY_CONTENTS);
}

static void *watch_delete(unsigned at, uintptr_t object, uintptr_t second, uintptr_t third)
{
	struct watch watch = begin_watch(true);
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): all arguments are words */
	size_t usable = next.usable_size((void *)object);

	/* NOLINTNEXTLINE(performance-no-int-to-ptr): all arguments are words */
	sites_forget((void *)object);
	operators[at].next(object, second, third);
	if (was_counted(at, &watch, usable))
		return NULL;
	counters_freed(watch.block, usable, watch.is_own ? OWN : SHARED);
	return NULL;
}

static void *count_new(unsigned at, uintptr_t size, uintptr_t second, uintptr_t third)
{
	return interpose_made(operators[at].next(size, second, third), size, ANY_CONTENTS);
}

static void *count_delete(unsigned at, uintptr_t object, uintptr_t second, uintptr_t third)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): all arguments are words */
	interpose_freed((void *)object);
	return operators[at].next(object, second, third);
}

static __attribute__((noinline)) void *slow(unsigned at, uintptr_t first, uintptr_t second,
					    uintptr_t third)
{
	bool is_delete = forms[at].kind == DELETE;
	bool is_counted;

	if (operators[at].next == NULL)
		next_resolve();
	/* The target has changed meanwhile. */
	if (__atomic_load_n(&targets[at], __ATOMIC_RELAXED) == operators[at].next)
		return operators[at].next(first, second, third);
	if (operators[at].next == NULL) /* called during the look-up */
		return fallback(at)(first, second, third);
	if (is_delete && first == 0)
		return NULL;
	is_counted = __atomic_load_n(&operators[at].mode, __ATOMIC_RELAXED) == COUNT;
	if (is_delete)
		return (is_counted ? count_delete : watch_delete)(at, first, second, third);
	return (is_counted ? count_new : watch_new)(at, first, second, third);
}

#define OPERATOR(kind, symbol)                                                                     \
	static void *slow_##symbol(uintptr_t first, uintptr_t second, uintptr_t third)             \
	{                                                                                          \
		return slow(AT_##symbol, first, second, third);                                    \
	}                                                                                          \
	EXPORT operator_fn symbol;                                                                 \
	void *symbol(uintptr_t first, uintptr_t second, uintptr_t third)                           \
	{                                                                                          \
		return __atomic_load_n(&targets[AT_##symbol], __ATOMIC_RELAXED)(first, second,     \
										third);            \
	}
#include "shim/operators.def"
#undef OPERATOR
