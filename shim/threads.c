#include "shim/threads.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>

/* Aligned so that no two threads write to one cache line. */
struct block {
	struct counters counters;
	uint32_t kind; /* enum threads_kind; 0 until its first owner is known */
	uint32_t link; /* next free block, as index + 1 */
} __attribute__((aligned(64)));

/* Blocks come in slabs, so that indexes stay short and addresses stay put. */
#define SLAB_BLOCKS 32U
#define SLABS 2048U

/*
 * Two blocks have no single owner.  Threads without a block of their own share one, with atomic
 * additions.  The other is for muted threads when there is no memory; it may lose a count of the
 * agent's, never of the program's.
 */
enum { AGENT_SHARED, APP_SHARED, RESERVED };

static struct block first_slab[SLAB_BLOCKS] = {
    [AGENT_SHARED] = {.kind = THREADS_AGENT},
    [APP_SHARED] = {.kind = THREADS_APP},
};
static struct block *slabs[SLABS] = {first_slab}; /* most programs need no other */
static uint32_t blocks_made = RESERVED;		  /* indexes handed out so far */

/* Heads of the free lists by kind: index + 1 below, a count of changes above (against ABA). */
static uint64_t free_head[3];

static bool fast_sizes;
static pthread_key_t exit_key;
static bool have_exit_key;

THREAD_LOCAL struct counters *threads_self;
THREAD_LOCAL struct counters *threads_fast;
static THREAD_LOCAL uint32_t own; /* index + 1 of the block that threads_self is in, or 0 */
static THREAD_LOCAL bool no_more_claims;

static struct block *block_at(uint32_t index)
{
	struct block *slab = __atomic_load_n(&slabs[index / SLAB_BLOCKS], __ATOMIC_ACQUIRE);

	return slab ? &slab[index % SLAB_BLOCKS] : NULL;
}

static void push_free(enum threads_kind kind, uint32_t index)
{
	uint64_t head = __atomic_load_n(&free_head[kind], __ATOMIC_RELAXED);
	uint64_t next;

	do {
		__atomic_store_n(&block_at(index)->link, (uint32_t)head, __ATOMIC_RELAXED);
		next = ((head >> 32) + 1) << 32 | (index + 1);
		/* Release: the next owner goes on from what this one counted. */
	} while (!__atomic_compare_exchange_n(&free_head[kind], &head, next, true, __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
}

/* Return index + 1 of a block that was free, or 0. */
static uint32_t pop_free(enum threads_kind kind)
{
	uint64_t head = __atomic_load_n(&free_head[kind], __ATOMIC_ACQUIRE);
	uint64_t next;

	do {
		if ((uint32_t)head == 0)
			return 0;
		/* May be stale when another thread was faster; then the exchange fails. */
		next = ((head >> 32) + 1) << 32 |
		       __atomic_load_n(&block_at((uint32_t)head - 1)->link, __ATOMIC_RELAXED);
	} while (!__atomic_compare_exchange_n(&free_head[kind], &head, next, true, __ATOMIC_ACQUIRE,
					      __ATOMIC_ACQUIRE));
	return (uint32_t)head;
}

static struct block *slab_for(uint32_t index)
{
	struct block **place = &slabs[index / SLAB_BLOCKS];
	struct block *slab = __atomic_load_n(place, __ATOMIC_ACQUIRE);
	struct block *raced = NULL;

	if (slab)
		return slab;
	slab = mmap(NULL, SLAB_BLOCKS * sizeof(*slab), PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (slab == MAP_FAILED)
		return NULL;
	if (__atomic_compare_exchange_n(place, &raced, slab, false, __ATOMIC_ACQ_REL,
					__ATOMIC_ACQUIRE))
		return slab;
	munmap(slab, SLAB_BLOCKS * sizeof(*slab));
	return raced;
}

/* Return index + 1 of a block that is new, or 0. */
static uint32_t make_block(enum threads_kind kind)
{
	uint32_t index = __atomic_load_n(&blocks_made, __ATOMIC_RELAXED);
	struct block *slab;

	do {
		if (index >= SLABS * SLAB_BLOCKS)
			return 0;
		slab = slab_for(index);
		if (slab == NULL)
			return 0;
	} while (!__atomic_compare_exchange_n(&blocks_made, &index, index + 1, true,
					      __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
	__atomic_store_n(&slab[index % SLAB_BLOCKS].kind, kind, __ATOMIC_RELAXED);
	/* A reader that sees a count of this block also sees its kind. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	return index + 1;
}

/* Return index + 1, or 0. */
static uint32_t take_block(enum threads_kind kind)
{
	uint32_t taken = pop_free(kind);

	return taken ? taken : make_block(kind);
}

static void adopt(uint32_t taken)
{
	own = taken;
	threads_self = taken ? &block_at(taken - 1)->counters : NULL;
	threads_fast = fast_sizes ? threads_self : NULL;
}

static void release(uint32_t taken)
{
	if (taken > RESERVED)
		push_free(block_at(taken - 1)->kind, taken - 1);
}

/*
 * A thread goes on allocating after this: other keys' destructors, and libc's own clean-up.  Such
 * late calls count in the shared block, because the thread's own may by then be somebody else's.
 */
static void at_thread_exit(void *unused)
{
	uint32_t taken = own;

	(void)unused;
	no_more_claims = true;
	adopt(0);
	release(taken);
}

/* The key is among the process's first 32, for which this allocates nothing. */
static void release_at_exit(void)
{
	if (have_exit_key && own)
		pthread_setspecific(exit_key, &own);
}

void threads_init(bool fast)
{
	fast_sizes = fast;
	have_exit_key = pthread_key_create(&exit_key, at_thread_exit) == 0;
}

struct counters *threads_claim(void)
{
	int saved = errno;

	if (!no_more_claims) {
		adopt(take_block(THREADS_APP));
		no_more_claims = threads_self == NULL;
		release_at_exit();
	}
	errno = saved;
	return threads_self;
}

struct counters *threads_shared(void)
{
	return &first_slab[APP_SHARED].counters;
}

uint32_t threads_mute(void)
{
	uint32_t before = own;
	int saved = errno;
	uint32_t taken = take_block(THREADS_AGENT);

	adopt(taken ? taken : AGENT_SHARED + 1);
	errno = saved;
	return before;
}

void threads_unmute(uint32_t before)
{
	uint32_t taken = own;

	adopt(before);
	release(taken);
}

void threads_mute_for_good(void)
{
	threads_mute();
	release_at_exit();
}

bool threads_muted(void)
{
	return own && block_at(own - 1)->kind == THREADS_AGENT;
}

void threads_after_fork(void)
{
	free_head[THREADS_APP] = 0;
	free_head[THREADS_AGENT] = 0;
	for (uint32_t i = RESERVED; i < blocks_made; i++)
		if (i + 1 != own && block_at(i)->kind)
			push_free(block_at(i)->kind, i);
}

typedef void sum_fn(struct counters *sum, const struct counters *c);

static void sum_blocks(sum_fn *add, struct counters *app, struct counters *agent)
{
	uint32_t made = __atomic_load_n(&blocks_made, __ATOMIC_ACQUIRE);

	for (uint32_t i = 0; i < made; i++) {
		const struct block *b = block_at(i);
		uint32_t kind = __atomic_load_n(&b->kind, __ATOMIC_ACQUIRE);

		if (kind)
			add(kind == THREADS_APP ? app : agent, &b->counters);
	}
}

void threads_sum(struct counters *app, struct counters *agent)
{
	memset(app, 0, sizeof(*app));
	memset(agent, 0, sizeof(*agent));
	sum_blocks(counters_sum_frees, app, agent);
	sum_blocks(counters_sum_rest, app, agent);
}
