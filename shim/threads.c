#include "shim/threads.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * Aligned so that no two threads write to one cache line.  The first of its lines has all that a
 * reader looks for but the sizes: with many threads a tick is the time to fetch lines.
 */
struct block {
	uint16_t kind; /* enum threads_kind; 0 until its first owner is known */
	bool locked;   /* while somebody looks into the owner's storage, or changes owner */
	uint32_t link; /* next free block, as index + 1 */
	/*
	 * With threads_use_bytes only: where the thread that has the block counts its bytes, which
	 * are to be added to the block's; or NULL.
	 */
	const uint64_t *owner;
	struct counters counters;
} __attribute__((aligned(64)));

_Static_assert(offsetof(struct block, counters.sizes) == 64, "the sizes begin with a line");

/* Blocks come in slabs, so that indexes stay short and addresses stay put. */
#define SLAB_BLOCKS 32U
#define SLABS 2048U

#define SIGCANCEL __SIGRTMIN /* of the kernel's real-time signals libc keeps the first */

#define PREFETCH_BLOCKS 8 /* that a reader looks ahead */

/*
 * Two blocks have no single owner.  Threads without a block of their own share one, with atomic
 * additions.  The other is for muted threads when there is no memory; it may lose a count of the
 * agent's, never of the program's.
 */
enum { AGENT_SHARED, APP_SHARED, RESERVED };

static struct block *slabs[SLABS];	/* the others, at their numbers */
static uint32_t blocks_made = RESERVED; /* indexes handed out so far */

/* What every process needs lies together, in one page most of the time. */
static struct {
	/* Heads of the free lists by kind: index + 1 below, a count of changes above (against ABA).
	 */
	uint64_t free_head[3];
	size_t precount;
	pthread_key_t exit_key;
	bool have_exit_key;
	bool fast;
	bool begun;			/* threads_init was here */
	struct block slab[SLAB_BLOCKS]; /* most programs need no other */
} first;

THREAD_LOCAL struct threads_own threads_own;
static THREAD_LOCAL uint32_t own; /* index + 1 of the block that threads_own.self is in, or 0 */
static THREAD_LOCAL bool no_more_claims;

/* Of a thread's own byte counters (threads_use_bytes) one tells where the other is. */
static bool has_bytes;
static ptrdiff_t allocated_at; /* from the thread's own_left, in bytes */
static ptrdiff_t freed_at;     /* from its counter of bytes allocated, in counters */

/* What they were when the thread last left a block: that is in blocks already. */
static THREAD_LOCAL struct {
	uint64_t allocated;
	uint64_t freed;
} own_left;

static struct block *block_at(uint32_t index)
{
	struct block *slab;

	if (index < SLAB_BLOCKS)
		return &first.slab[index];
	slab = __atomic_load_n(&slabs[index / SLAB_BLOCKS], __ATOMIC_ACQUIRE);
	return slab ? &slab[index % SLAB_BLOCKS] : NULL;
}

static void push_free(enum threads_kind kind, uint32_t index)
{
	uint64_t head = __atomic_load_n(&first.free_head[kind], __ATOMIC_RELAXED);
	uint64_t next;

	do {
		__atomic_store_n(&block_at(index)->link, (uint32_t)head, __ATOMIC_RELAXED);
		next = ((head >> 32) + 1) << 32 | (index + 1);
		/* Release: the next owner goes on from what this one counted. */
	} while (!__atomic_compare_exchange_n(&first.free_head[kind], &head, next, true,
					      __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

/* Return index + 1 of a block that was free, or 0. */
static uint32_t pop_free(enum threads_kind kind)
{
	uint64_t head = __atomic_load_n(&first.free_head[kind], __ATOMIC_ACQUIRE);
	uint64_t next;

	do {
		if ((uint32_t)head == 0)
			return 0;
		/* May be stale when another thread was faster; then the exchange fails. */
		next = ((head >> 32) + 1) << 32 |
		       __atomic_load_n(&block_at((uint32_t)head - 1)->link, __ATOMIC_RELAXED);
	} while (!__atomic_compare_exchange_n(&first.free_head[kind], &head, next, true,
					      __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE));
	return (uint32_t)head;
}

static struct block *slab_for(uint32_t index)
{
	struct block **place = &slabs[index / SLAB_BLOCKS];
	struct block *slab =
	    index < SLAB_BLOCKS ? first.slab : __atomic_load_n(place, __ATOMIC_ACQUIRE);
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

/*
 * A block's lock is held for a few instructions, when a thread comes or goes and when a reader
 * looks in.  Who finds it taken sleeps, so that a holder of lower priority gets the processor; by
 * the system call, for this is no place to be cancelled at.
 */
static void lock(struct block *b)
{
	const struct timespec moment = {.tv_nsec = 20000};

	while (__atomic_test_and_set(&b->locked, __ATOMIC_ACQUIRE)) {
		int saved = errno;

		syscall(SYS_nanosleep, &moment, NULL);
		errno = saved;
	}
}

static void unlock(struct block *b)
{
	__atomic_clear(&b->locked, __ATOMIC_RELEASE);
}

static uint64_t owner_allocated(const uint64_t *owner)
{
	return __atomic_load_n(owner, __ATOMIC_ACQUIRE);
}

static uint64_t owner_freed(const uint64_t *owner)
{
	return __atomic_load_n(owner + freed_at, __ATOMIC_ACQUIRE);
}

/* The calling thread's. */
static const uint64_t *own_bytes(void)
{
	return (const uint64_t *)(const void *)((const char *)&own_left + allocated_at);
}

/*
 * The calling thread's byte counters leave, or come to, the block of that index + 1.  It takes over
 * what they counted, and of one that comes it gives up beforehand what it is not to count; but a
 * reserved block has no owner, and nothing was given up.
 */
static void leave(uint32_t taken)
{
	struct block *b;
	uint64_t freed, allocated;

	if (!has_bytes || taken == 0)
		return;
	b = block_at(taken - 1);
	freed = owner_freed(own_bytes());
	allocated = owner_allocated(own_bytes());
	lock(b);
	b->counters.freed_bytes += b->owner ? freed : freed - own_left.freed;
	b->counters.alloc_bytes += b->owner ? allocated : allocated - own_left.allocated;
	b->owner = NULL;
	unlock(b);
	own_left.freed = freed;
	own_left.allocated = allocated;
}

static void enter(uint32_t taken)
{
	struct block *b;

	if (!has_bytes || taken <= RESERVED)
		return;
	b = block_at(taken - 1);
	lock(b);
	b->counters.freed_bytes -= own_left.freed;
	b->counters.alloc_bytes -= own_left.allocated;
	b->owner = own_bytes();
	unlock(b);
}

/*
 * In this order: what a signal handler allocates meanwhile finds a block, and claims no other; and
 * it counts nothing ahead in a block that is not there.
 */
static void adopt(uint32_t taken)
{
	leave(own);
	own = taken;
	threads_own.precount = 0;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	threads_own.self = taken ? &block_at(taken - 1)->counters : NULL;
	threads_own.fast = first.fast ? threads_own.self : NULL;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	threads_own.precount = taken ? first.precount : 0;
	enter(taken);
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
	if (first.have_exit_key && own)
		pthread_setspecific(first.exit_key, &own);
}

void threads_init(bool fast)
{
	first.fast = fast;
	first.slab[AGENT_SHARED].kind = THREADS_AGENT;
	first.slab[APP_SHARED].kind = THREADS_APP;
	first.have_exit_key = pthread_key_create(&first.exit_key, at_thread_exit) == 0;
	first.begun = true;
}

void threads_precount(size_t largest)
{
	first.precount = 2 * largest - 1;
}

void threads_use_bytes(const uint64_t *allocated, const uint64_t *freed)
{
	allocated_at = (const char *)allocated - (const char *)&own_left;
	freed_at = freed - allocated;
	own_left.allocated = *allocated;
	own_left.freed = *freed;
	has_bytes = true;
}

/*
 * libc blocks all signals, the one that it cancels threads by as well, before it frees the stacks
 * of other threads in the last moment of this one.  A program cannot block that one.
 */
static bool libc_is_at_work(void)
{
	sigset_t blocked;

	return pthread_sigmask(SIG_BLOCK, NULL, &blocked) == 0 && sigismember(&blocked, SIGCANCEL);
}

struct counters *threads_claim(void)
{
	int saved = errno;

	if (!first.begun || no_more_claims)
		return NULL;
	/* Perhaps after the keys' destructors, where nobody would give the block back. */
	if (libc_is_at_work())
		return NULL;
	/* Without the key nobody would settle with a thread before its storage is gone. */
	no_more_claims = has_bytes && !first.have_exit_key;
	if (!no_more_claims) {
		adopt(take_block(THREADS_APP));
		no_more_claims = threads_own.self == NULL;
		release_at_exit();
	}
	errno = saved;
	return threads_own.self;
}

struct counters *threads_shared(void)
{
	return &first.slab[APP_SHARED].counters;
}

void threads_settle(void)
{
	uint64_t freed, allocated;

	if (!has_bytes)
		return;
	freed = owner_freed(own_bytes()) - own_left.freed;
	allocated = owner_allocated(own_bytes()) - own_left.allocated;
	own_left.freed += freed;
	own_left.allocated += allocated;
	counter_add(&threads_shared()->alloc_bytes, allocated, SHARED);
	counter_add(&threads_shared()->freed_bytes, freed, SHARED);
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
	first.free_head[THREADS_APP] = 0;
	first.free_head[THREADS_AGENT] = 0;
	for (uint32_t i = 0; i < blocks_made; i++) {
		struct block *b = block_at(i);

		b->locked = false;
		if (i < RESERVED || i + 1 == own || b->kind == 0)
			continue;
		/* Its thread is gone, its storage is not: no thread has been made since. */
		if (b->owner) {
			b->counters.freed_bytes += owner_freed(b->owner);
			b->counters.alloc_bytes += owner_allocated(b->owner);
		}
		b->owner = NULL;
		push_free(b->kind, i);
	}
}

typedef void sum_fn(struct counters *sum, const struct block *b);

static void sum_frees(struct counters *sum, const struct block *b)
{
	counters_sum_frees(sum, &b->counters);
	if (b->owner)
		sum->freed_bytes += owner_freed(b->owner);
}

static void sum_rest(struct counters *sum, const struct block *b)
{
	counters_sum_rest(sum, &b->counters);
	if (b->owner)
		sum->alloc_bytes += owner_allocated(b->owner);
}

/* Each is somewhere else, unlike the blocks: with many threads most of the time is for these. */
static void prefetch_owner(uint32_t index, uint32_t made)
{
	const struct block *b = index < made ? block_at(index) : NULL;

	if (b)
		__builtin_prefetch(__atomic_load_n(&b->owner, __ATOMIC_RELAXED));
}

static void sum_blocks(sum_fn *add, struct counters *app, struct counters *agent)
{
	uint32_t made = __atomic_load_n(&blocks_made, __ATOMIC_ACQUIRE);

	for (uint32_t i = 0; i < made; i++) {
		struct block *b = block_at(i);
		uint16_t kind = __atomic_load_n(&b->kind, __ATOMIC_ACQUIRE);
		struct counters *sum = kind == THREADS_APP ? app : agent;

		if (kind == 0)
			continue;
		if (has_bytes) {
			prefetch_owner(i + PREFETCH_BLOCKS, made);
			lock(b);
		}
		add(sum, b);
		if (has_bytes)
			unlock(b);
	}
}

void threads_sum(struct counters *app, struct counters *agent)
{
	memset(app, 0, sizeof(*app));
	memset(agent, 0, sizeof(*agent));
	sum_blocks(sum_frees, app, agent);
	sum_blocks(sum_rest, app, agent);
}
