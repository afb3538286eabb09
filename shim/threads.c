/*
 * Invariants:
 *
 * 1. A block that is not reserved has one writer at a time: the thread that claimed it.  The free
 *    lists hand it from one to the next with release and acquire.
 * 2. No counter is ever reset or moved, except for bytes under rule 6.  So the sum over all blocks
 *    is the sum over all threads that ever were.
 * 3. Blocks are never unmapped, and their addresses never change.  A reader needs no lock for that.
 * 4. A block's kind never changes once it is set, and is set before its first count.
 * 5. Two reserved blocks are shared: APP_SHARED has atomic additions only.  AGENT_SHARED may lose a
 *    count of the agent's, never one of the program's.
 * 6. With threads_use_bytes, a block with an owner lacks the bytes that the owner's storage counts.
 *    Only a holder of the block's lock reads or changes the owner and moves these bytes, except in
 *    a forked child with one thread.  (A prefetch may read a stale owner.)
 * 7. Nothing here allocates or changes errno.  A signal handler may allocate at any moment.
 */
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
 * Aligned so that no two threads write to one cache line.  The first line holds all that a reader
 * needs except the sizes: with many threads, a sum takes as long as fetching the lines.
 */
struct block {
	uint16_t kind; /* enum threads_kind; 0 until its first owner is known */
	bool locked;   /* a thread reads the owner's storage or changes owner */
	uint32_t link; /* next free block, as index + 1 */
	/*
	 * With threads_use_bytes only: the byte counters of the thread that has the block, to be
	 * added to the block's; or NULL.
	 */
	const uint64_t *owner;
	struct counters counters;
} __attribute__((aligned(64)));

_Static_assert(offsetof(struct block, counters.sizes) == 64, "sizes must start a cache line");

/* Blocks come in slabs, so that their addresses never change. */
#define SLAB_BLOCKS 32U
#define SLABS 2048U

#define SIGCANCEL __SIGRTMIN /* libc keeps the first real-time signal for itself */

#define PREFETCH_BLOCKS 8 /* how far a reader looks ahead */

/* The reserved blocks: for muted threads when there is no memory, and for unmuted ones without a
 * block. */
enum { AGENT_SHARED, APP_SHARED, RESERVED };

static struct block *slabs[SLABS];	/* all slabs but the first, by index */
static uint32_t blocks_made = RESERVED; /* number of blocks in use or free */

/* What every process needs lies together, mostly in one page. */
static struct {
	/*
	 * Heads of the free lists by kind.  Low half: a block's number; high half: a count of
	 * changes, against ABA.
	 */
	uint64_t free_head[3];
	size_t precount;
	pthread_key_t exit_key;
	bool have_exit_key;
	bool fast;
	bool is_initialized;		/* by threads_init */
	struct block slab[SLAB_BLOCKS]; /* most programs need no other */
} first;

THREAD_LOCAL struct threads_own threads_own;
/* A block's number is its index + 1; 0 is no block.  This is that of threads_own.self. */
static THREAD_LOCAL uint32_t own_number;
static THREAD_LOCAL bool no_more_claims;

/* Where the allocator's byte counters lie in a thread's storage (threads_use_bytes). */
static bool has_bytes;
static ptrdiff_t allocated_at; /* from the thread's moved_bytes, in bytes */
static ptrdiff_t freed_at;     /* from its counter of bytes allocated, in counters */

/* Their values when the thread last left a block: these bytes are in blocks already. */
static THREAD_LOCAL struct {
	uint64_t allocated;
	uint64_t freed;
} moved_bytes;

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
		/* Release: the next owner adds to what this one counted. */
	} while (!__atomic_compare_exchange_n(&first.free_head[kind], &head, next, true,
					      __ATOMIC_RELEASE, __ATOMIC_RELAXED));
}

/* Return the number of a block that was free, or 0. */
static uint32_t pop_free(enum threads_kind kind)
{
	uint64_t head = __atomic_load_n(&first.free_head[kind], __ATOMIC_ACQUIRE);
	uint64_t next;

	do {
		if ((uint32_t)head == 0)
			return 0;
		/* The link may be stale if another thread was faster; then the exchange fails. */
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

/* Return the number of a new block, or 0. */
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
	if (kind == THREADS_APP)
		counters_arm(&slab[index % SLAB_BLOCKS].counters);
	__atomic_store_n(&slab[index % SLAB_BLOCKS].kind, kind, __ATOMIC_RELEASE);
	/* A reader that sees a count of this block also sees its kind. */
	__atomic_thread_fence(__ATOMIC_RELEASE);
	return index + 1;
}

/* Return the number of a free or new block, or 0. */
static uint32_t take_block(enum threads_kind kind)
{
	uint32_t number = pop_free(kind);

	return number ? number : make_block(kind);
}

/*
 * A block's lock is held for a few instructions.  A waiter sleeps, so that a holder of lower
 * priority gets the processor.  libc's nanosleep would be a cancellation point.
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

/* Return the calling thread's counters. */
static const uint64_t *own_bytes(void)
{
	return (const uint64_t *)(const void *)((const char *)&moved_bytes + allocated_at);
}

/*
 * Detach the calling thread's byte counters from a block, which keeps what they counted there.
 * attach_bytes has subtracted earlier bytes in advance, but not in a reserved block, which has no
 * owner.
 */
static void detach_bytes(uint32_t number)
{
	struct block *b;
	uint64_t freed, allocated;

	if (!has_bytes || number == 0)
		return;
	b = block_at(number - 1);
	freed = owner_freed(own_bytes());
	allocated = owner_allocated(own_bytes());
	lock(b);
	b->counters.freed_bytes += b->owner ? freed : freed - moved_bytes.freed;
	b->counters.alloc_bytes += b->owner ? allocated : allocated - moved_bytes.allocated;
	b->owner = NULL;
	unlock(b);
	moved_bytes.freed = freed;
	moved_bytes.allocated = allocated;
}

static void attach_bytes(uint32_t number)
{
	struct block *b;

	if (!has_bytes || number <= RESERVED)
		return;
	b = block_at(number - 1);
	lock(b);
	b->counters.freed_bytes -= moved_bytes.freed;
	b->counters.alloc_bytes -= moved_bytes.allocated;
	b->owner = own_bytes();
	unlock(b);
}

/*
 * Give the thread another block, or none.  The order is for signal handlers: one that allocates in
 * between claims no second block, and never precounts without a block.
 */
static void adopt(uint32_t number)
{
	detach_bytes(own_number);
	own_number = number;
	threads_own.precount = 0;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	threads_own.self = number ? &block_at(number - 1)->counters : NULL;
	threads_own.fast = first.fast ? threads_own.self : NULL;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	threads_own.precount = number ? first.precount : 0;
	attach_bytes(number);
}

static void release(uint32_t number)
{
	if (number > RESERVED)
		push_free(block_at(number - 1)->kind, number - 1);
}

/*
 * Other keys' destructors and libc's clean-up still allocate after this.  They count in the shared
 * block, because another thread may claim this one.
 */
static void at_thread_exit(void *unused)
{
	uint32_t number = own_number;

	(void)unused;
	no_more_claims = true;
	adopt(0);
	release(number);
}

/* pthread_setspecific does not allocate for the first 32 keys of a process. */
static void release_at_exit(void)
{
	if (first.have_exit_key && own_number)
		pthread_setspecific(first.exit_key, &own_number);
}

void threads_init(bool fast)
{
	first.fast = fast;
	first.slab[AGENT_SHARED].kind = THREADS_AGENT;
	first.slab[APP_SHARED].kind = THREADS_APP;
	first.have_exit_key = pthread_key_create(&first.exit_key, at_thread_exit) == 0;
	first.is_initialized = true;
}

void threads_precount(size_t largest)
{
	first.precount = 2 * largest - 1;
}

void threads_use_bytes(const uint64_t *allocated, const uint64_t *freed)
{
	allocated_at = (const char *)allocated - (const char *)&moved_bytes;
	freed_at = freed - allocated;
	moved_bytes.allocated = *allocated;
	moved_bytes.freed = *freed;
	has_bytes = true;
}

/*
 * Return whether libc is ending this thread.  It then blocks all signals, even SIGCANCEL, which a
 * program cannot block, and may free the stacks of other threads.
 */
static bool is_ending(void)
{
	sigset_t blocked;

	return pthread_sigmask(SIG_BLOCK, NULL, &blocked) == 0 && sigismember(&blocked, SIGCANCEL);
}

struct counters *threads_claim(void)
{
	int saved = errno;

	if (!first.is_initialized || no_more_claims)
		return NULL;
	/* The keys' destructors may be over, so the block would never be released. */
	if (is_ending())
		return NULL;
	/* Without the key, at_thread_exit would not detach the bytes before the storage is gone. */
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
	freed = owner_freed(own_bytes()) - moved_bytes.freed;
	allocated = owner_allocated(own_bytes()) - moved_bytes.allocated;
	moved_bytes.freed += freed;
	moved_bytes.allocated += allocated;
	counter_add(&threads_shared()->alloc_bytes, allocated, SHARED);
	counter_add(&threads_shared()->freed_bytes, freed, SHARED);
}

uint32_t threads_mute(void)
{
	uint32_t before = own_number;
	int saved = errno;
	uint32_t number = take_block(THREADS_AGENT);

	adopt(number ? number : AGENT_SHARED + 1);
	errno = saved;
	return before;
}

void threads_unmute(uint32_t before)
{
	uint32_t number = own_number;

	adopt(before);
	release(number);
}

void threads_mute_for_good(void)
{
	threads_mute();
	release_at_exit();
}

bool threads_muted(void)
{
	return own_number && block_at(own_number - 1)->kind == THREADS_AGENT;
}

void threads_after_fork(void)
{
	first.free_head[THREADS_APP] = 0;
	first.free_head[THREADS_AGENT] = 0;
	for (uint32_t i = 0; i < blocks_made; i++) {
		struct block *b = block_at(i);

		b->locked = false;
		if (i < RESERVED || i + 1 == own_number || b->kind == 0)
			continue;
		b->counters.frozen.step = 0;
		/* The storage of the gone thread is still there: no thread was created since. */
		if (b->owner) {
			b->counters.freed_bytes += owner_freed(b->owner);
			b->counters.alloc_bytes += owner_allocated(b->owner);
		}
		b->owner = NULL;
		push_free(b->kind, i);
	}
}

void threads_unlock(void)
{
	uint32_t made = __atomic_load_n(&blocks_made, __ATOMIC_ACQUIRE);

	for (uint32_t i = 0; i < made; i++)
		unlock(block_at(i));
}

typedef void sum_fn(struct counters *sum, const struct block *b);

static uint64_t freed_by(const struct block *b)
{
	uint64_t bytes = __atomic_load_n(&b->counters.freed_bytes, __ATOMIC_ACQUIRE);

	return b->owner ? bytes + owner_freed(b->owner) : bytes;
}

static uint64_t allocated_by(const struct block *b)
{
	uint64_t bytes = __atomic_load_n(&b->counters.alloc_bytes, __ATOMIC_ACQUIRE);

	return b->owner ? bytes + owner_allocated(b->owner) : bytes;
}

static uint32_t load_step(const struct block *b)
{
	return __atomic_load_n(&b->counters.frozen.step, __ATOMIC_ACQUIRE);
}

static void next_step(struct block *b)
{
	__atomic_store_n(&b->counters.frozen.step, load_step(b) + 1, __ATOMIC_RELEASE);
}

bool threads_freeze(void)
{
	struct block *b = block_at(own_number - 1);
	struct frozen *frozen = &b->counters.frozen;

	if (load_step(b) % 2)
		return false;
	__atomic_store_n(&frozen->freed_bytes, freed_by(b), __ATOMIC_RELAXED);
	__atomic_store_n(&frozen->alloc_bytes, allocated_by(b), __ATOMIC_RELAXED);
	next_step(b);
	return true;
}

void threads_thaw(void)
{
	next_step(block_at(own_number - 1));
}

/* Return the value in ${frozen} if that is valid, else what ${live} returns. */
static uint64_t read_bytes(const struct block *b, const uint64_t *frozen,
			   uint64_t (*live)(const struct block *b))
{
	uint64_t bytes;
	uint32_t step;

	do {
		step = load_step(b);
		bytes = step % 2 ? __atomic_load_n(frozen, __ATOMIC_ACQUIRE) : live(b);
	} while (load_step(b) != step);
	return bytes;
}

static void sum_frees(struct counters *sum, const struct block *b)
{
	uint64_t before = sum->freed_bytes;

	counters_sum_frees(sum, &b->counters);
	sum->freed_bytes = before + read_bytes(b, &b->counters.frozen.freed_bytes, freed_by);
}

static void sum_rest(struct counters *sum, const struct block *b)
{
	uint64_t before = sum->alloc_bytes;

	counters_sum_rest(sum, &b->counters);
	sum->alloc_bytes = before + read_bytes(b, &b->counters.frozen.alloc_bytes, allocated_by);
}

/* The owners' counters are scattered: with many threads, fetching them takes most of the time. */
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
