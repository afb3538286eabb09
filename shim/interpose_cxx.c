/*
 * interpose_cxx: C++'s operators new and delete.
 *
 * Most call malloc and free, which counts.  An allocator that brings operators of its own may not;
 * then they are counted here.  Which it is, is tried out, each operator by itself: jemalloc's new
 * ends in malloc and its sized delete does not end in free.  Tried are only those in the object
 * that malloc comes from: any other may hand out memory of which malloc_usable_size knows nothing.
 *
 * A program that loads a C++ library later, out of everybody's sight (RTLD_LOCAL), finds our
 * operators first, and we do not find the library's; then we do what they all do by default, with
 * malloc and free.
 *
 * They are looked up when the first is called, so that programs in C do not pay for it.  An
 * operator that throws is not counted as a failed call.
 */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "shim/cc.h"
#include "shim/counters.h"
#include "shim/interpose.h"
#include "shim/next.h"
#include "shim/object.h"
#include "shim/threads.h"

/* All arguments are words, and passing one more than the callee takes does no harm. */
typedef void *operator_fn(uintptr_t first, uintptr_t second, uintptr_t third);

enum {
#define OPERATOR(kind, symbol, second, third, partner) AT_##symbol,
#include "shim/operators.def"
#undef OPERATOR
	OPERATORS
};

enum kind { NEW, DELETE };
enum argument { NONE, SIZE, ALIGNMENT, NOTHROW };

static const struct form {
	const char *symbol;
	enum kind kind;
	enum argument second, third;
	unsigned partner;
} forms[OPERATORS] = {
#define OPERATOR(kind, symbol, second, third, partner)                                             \
	[AT_##symbol] = {#symbol, kind, second, third, AT_##partner},
#include "shim/operators.def"
#undef OPERATOR
};

enum how {
	UNKNOWN,  /* until it is looked up */
	PASS,	  /* to the next operator, which ends in a malloc or free of ours, or is not ours */
	COUNT,	  /* the same, and count it here, because none of ours sees it */
	STAND_IN, /* there is none to pass it to */
};

static struct {
	operator_fn *next;
	enum how how;
} operators[OPERATORS];

/* C++ libraries bring this function, and no allocator does. */
#define MARK "_ZSt15set_new_handlerPFvvE"

/* The operator beside the ${mark}, or NULL: a C++ library's own, which ends in malloc. */
static operator_fn *library_operator(unsigned at, const void *mark)
{
	return mark ? (operator_fn *)object_function(mark, forms[at].symbol) : NULL;
}

/*
 * The library is behind us, or else among those that the calling object needs.  If that seems to be
 * our own, it is the one of last time, whose operator has jumped to another.
 */
static const void *find_mark(const void *from)
{
	static const void *last;
	const void *mark = dlsym(RTLD_NEXT, MARK);
	struct link_map *map;
	Dl_info info;
	void *object = NULL;

	if (mark == NULL && dladdr1(from, &info, (void **)&map, RTLD_DL_LINKMAP))
		object = dlopen(map->l_name, RTLD_LAZY | RTLD_NOLOAD);
	if (object) {
		mark = dlsym(object, MARK);
		dlclose(object); /* it stays, for it is what calls us */
	}
	if (mark)
		__atomic_store_n(&last, mark, __ATOMIC_RELAXED);
	return mark ? mark : __atomic_load_n(&last, __ATOMIC_RELAXED);
}

/*
 * There is no memory, so what happens is up to the C++ library: the handler that the program has
 * set, an exception.  It asks malloc once more, which counts that it fails.
 */
static COLD void *without_memory(unsigned at, const void *from, uintptr_t size, uintptr_t second,
				 uintptr_t third)
{
	operator_fn *theirs = library_operator(at, find_mark(from));

	return theirs ? theirs(size, second, third) : interpose_made(NULL, size);
}

static void *own_new(unsigned at, const void *from, uintptr_t size, uintptr_t second,
		     uintptr_t third)
{
	uintptr_t least = size ? size : 1;
	void *p;

	if (forms[at].second != ALIGNMENT)
		p = next.malloc(least);
	else if (next.posix_memalign(&p, second < sizeof(p) ? sizeof(p) : second, least))
		p = NULL;
	if (UNLIKELY(p == NULL))
		return without_memory(at, from, size, second, third);
	return interpose_made(p, least);
}

static uintptr_t try_argument(enum argument argument)
{
	static const char nothrow;

	switch (argument) {
	case SIZE:
	case ALIGNMENT:
		return 64;
	case NOTHROW:
		return (uintptr_t)&nothrow;
	case NONE:
		break;
	}
	return 0;
}

static void *call(unsigned at, uintptr_t first)
{
	const struct form *form = &forms[at];

	return operators[at].next(first, try_argument(form->second), try_argument(form->third));
}

/*
 * Return whether our malloc or free sees what the operator does; for a muted thread, and nothing
 * remains counted.  An object goes only by what belongs to what it came by: gperftools' debug
 * library ends the program else.
 */
static bool is_seen(unsigned at)
{
	bool is_new = forms[at].kind == NEW;
	unsigned maker = is_new ? at : forms[at].partner;
	unsigned taker = is_new ? forms[at].partner : at;
	struct counters before = *threads_own.self;
	bool made_is_seen, freed_is_seen;
	void *p = call(maker, 64);

	made_is_seen = counters_mallocs(threads_own.self) != counters_mallocs(&before);
	call(taker, (uintptr_t)p);
	freed_is_seen = threads_own.self->frees != before.frees;
	*threads_own.self = before;
	return is_new ? made_is_seen : freed_is_seen;
}

/* Release: another thread that sees how sees the function too. */
static void set_how(unsigned at, enum how how)
{
	__atomic_store_n(&operators[at].how, how, __ATOMIC_RELEASE);
}

/*
 * With an allocator inside no other may make or free an object.  A C++ library's own new ends in
 * our malloc; its delete would do no more than ours.
 */
static operator_fn *find_operator(unsigned at)
{
	if (!next_is_inside())
		return (operator_fn *)dlsym(RTLD_NEXT, forms[at].symbol);
	return forms[at].kind == NEW ? library_operator(at, dlsym(RTLD_NEXT, MARK)) : NULL;
}

static void find_next(void)
{
	for (unsigned i = 0; i < OPERATORS; i++) {
		operators[i].next = find_operator(i);
		set_how(i, operators[i].next ? PASS : STAND_IN);
	}
}

/* The partner may be another library's, as in the program. */
static bool can_be_tried(unsigned at)
{
	return operators[at].next && operators[forms[at].partner].next &&
	       next_is_neighbour((const void *)operators[at].next);
}

static COLD void look_up(void)
{
	int saved = errno;
	uint32_t before;

	next_resolve();
	before = threads_mute();
	find_next();
	for (unsigned i = 0; i < OPERATORS; i++)
		if (can_be_tried(i) && !is_seen(i))
			set_how(i, COUNT);
	threads_unmute(before);
	errno = saved;
}

INLINE enum how how_of(unsigned at)
{
	return __atomic_load_n(&operators[at].how, __ATOMIC_ACQUIRE);
}

/* What is not passed on at once comes here, so that it costs the others no registers. */
static __attribute__((noinline)) void *other_new(unsigned at, const void *from, uintptr_t size,
						 uintptr_t second, uintptr_t third)
{
	void *p;

	if (how_of(at) == UNKNOWN)
		look_up();
	if (how_of(at) == STAND_IN)
		return own_new(at, from, size, second, third);
	p = operators[at].next(size, second, third);
	return how_of(at) == COUNT ? interpose_made(p, size) : p;
}

static __attribute__((noinline)) void other_delete(unsigned at, void *object, uintptr_t second,
						   uintptr_t third)
{
	if (how_of(at) == UNKNOWN)
		look_up();
	if (how_of(at) == STAND_IN) {
		free(object);
		return;
	}
	if (how_of(at) == COUNT)
		interpose_freed(object);
	operators[at].next((uintptr_t)object, second, third);
}

INLINE void *do_new(unsigned at, const void *from, uintptr_t size, uintptr_t second,
		    uintptr_t third)
{
	if (LIKELY(how_of(at) == PASS))
		return operators[at].next(size, second, third);
	return other_new(at, from, size, second, third);
}

INLINE void do_delete(unsigned at, void *object, uintptr_t second, uintptr_t third)
{
	enum how how = how_of(at);

	if (LIKELY(how == PASS))
		operators[at].next((uintptr_t)object, second, third);
	else if (how == STAND_IN)
		free(object);
	else
		other_delete(at, object, second, third);
}

#define DEFINE_NEW(symbol)                                                                         \
	EXPORT void *symbol(uintptr_t size, uintptr_t second, uintptr_t third);                    \
	void *symbol(uintptr_t size, uintptr_t second, uintptr_t third)                            \
	{                                                                                          \
		return do_new(AT_##symbol, __builtin_return_address(0), size, second, third);      \
	}
#define DEFINE_DELETE(symbol)                                                                      \
	EXPORT void symbol(void *object, uintptr_t second, uintptr_t third);                       \
	void symbol(void *object, uintptr_t second, uintptr_t third)                               \
	{                                                                                          \
		do_delete(AT_##symbol, object, second, third);                                     \
	}
#define OPERATOR(kind, symbol, second, third, partner) DEFINE_##kind(symbol)
#include "shim/operators.def"
#undef OPERATOR
