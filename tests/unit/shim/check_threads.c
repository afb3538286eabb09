#include "shim/threads.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define CROWD 200
#define PAGE 4096
#define PATIENCE 5    /* seconds */
#define PRECOUNT 1000 /* objects up to there may be counted before they are made */

static struct counters app, agent;

static void sum(void)
{
	memset(&app, 0x55, sizeof(app));
	memset(&agent, 0x55, sizeof(agent));
	threads_sum(&app, &agent);
}

static void start(void)
{
	threads_precount(PRECOUNT);
	threads_init(true);
}

/* Count as the shim does: in the thread's own block if it has one, else in the shared one. */
static void count_made(size_t size)
{
	struct counters *c = threads_own.self ? threads_own.self : threads_claim();

	if (c)
		counters_made(c, size, size + 8, OWN);
	else
		counters_made(threads_shared(), size, size + 8, SHARED);
}

static void count_freed(size_t size)
{
	struct counters *c = threads_own.self ? threads_own.self : threads_claim();

	if (c)
		counters_freed(c, size + 8, OWN);
	else
		counters_freed(threads_shared(), size + 8, SHARED);
}

static pthread_t spawn(void *(*run)(void *), void *arg)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, run, arg), 0);
	return thread;
}

static void *run_and_join(void *(*run)(void *), void *arg)
{
	void *result;

	pthread_join(spawn(run, arg), &result);
	return result;
}

START_TEST(nothing_is_counted_at_first)
{
	sum();
	ck_assert_uint_eq(counters_mallocs(&app), 0);
	ck_assert_uint_eq(app.alloc_bytes, 0);
	ck_assert_uint_eq(counters_mallocs(&agent), 0);
	ck_assert_ptr_null(threads_own.self);
	ck_assert_ptr_null(threads_own.fast);
	ck_assert_uint_eq(threads_own.precount, 0);
	ck_assert(!threads_muted());
}
END_TEST

START_TEST(a_thread_claims_its_block)
{
	struct counters *c;

	errno = 77;
	c = threads_claim();
	ck_assert_int_eq(errno, 77);
	ck_assert_ptr_nonnull(c);
	ck_assert_ptr_eq(threads_own.self, c);
	ck_assert_ptr_eq(threads_own.fast, c);
	ck_assert_uint_eq(threads_own.precount, 2 * PRECOUNT - 1);
	ck_assert_ptr_ne(c, threads_shared());
	count_made(10);
	ck_assert_ptr_eq(threads_own.self, c);
	sum();
	ck_assert_uint_eq(counters_mallocs(&app), 1);
	ck_assert_uint_eq(app.requested_bytes, 10);
	ck_assert_uint_eq(app.alloc_bytes, 18);
	ck_assert_uint_eq(counters_mallocs(&agent), 0);
}
END_TEST

START_TEST(no_fast_block_where_headers_say_nothing)
{
	uint32_t before;

	threads_init(false);
	ck_assert_ptr_nonnull(threads_claim());
	ck_assert_ptr_nonnull(threads_own.self);
	ck_assert_ptr_null(threads_own.fast);
	before = threads_mute();
	ck_assert_ptr_null(threads_own.fast);
	threads_unmute(before);
	ck_assert_ptr_null(threads_own.fast);
}
END_TEST

static void *count_one(void *unused)
{
	(void)unused;
	count_made(10);
	return threads_own.self;
}

START_TEST(a_block_goes_from_thread_to_thread)
{
	void *first = run_and_join(count_one, NULL);

	ck_assert_ptr_nonnull(first);
	for (int i = 0; i < 1000; i++)
		ck_assert_ptr_eq(run_and_join(count_one, NULL), first);
	sum();
	ck_assert_uint_eq(counters_mallocs(&app),
			  1001); /* each continued the counts of an earlier one */
	ck_assert_uint_eq(app.requested_bytes, 10010);
}
END_TEST

/* Threads that all run at the same time, and then all end. */
static pthread_barrier_t all_there, may_go;

static void *count_in_a_crowd(void *arg)
{
	uint64_t id = (uint64_t)(uintptr_t)arg;

	count_made(id);
	pthread_barrier_wait(&all_there);
	for (int i = 0; i < 1000; i++)
		count_made(id);
	for (int i = 0; i < 500; i++)
		count_freed(id);
	pthread_barrier_wait(&may_go);
	return threads_own.self;
}

/* Run ${n} threads at once and leave their blocks in ${blocks}. */
static void crowd(void *(*run)(void *), unsigned n, void **blocks)
{
	pthread_t threads[CROWD];

	pthread_barrier_init(&all_there, NULL, n);
	pthread_barrier_init(&may_go, NULL, n);
	for (unsigned i = 0; i < n; i++)
		threads[i] = spawn(run, (void *)(uintptr_t)(i + 1));
	for (unsigned i = 0; i < n; i++)
		pthread_join(threads[i], &blocks[i]);
	pthread_barrier_destroy(&all_there);
	pthread_barrier_destroy(&may_go);
}

static void expect_crowd(const struct counters *c, uint64_t rounds)
{
	uint64_t ids = CROWD * (CROWD + 1) / 2;

	ck_assert_uint_eq(counters_mallocs(c), rounds * CROWD * 1001);
	ck_assert_uint_eq(c->requested_bytes, rounds * ids * 1001);
	ck_assert_uint_eq(c->alloc_bytes, rounds * (ids + 8 * CROWD) * 1001);
	ck_assert_uint_eq(c->frees, rounds * CROWD * 500);
	ck_assert_uint_eq(c->freed_bytes, rounds * (ids + 8 * CROWD) * 500);
}

static uintptr_t cache_line(const char *p)
{
	return (uintptr_t)p / 64;
}

static bool share_a_line(const void *a, const void *b)
{
	const char *begin = a, *other = b;

	return cache_line(begin + sizeof(struct counters) - 1) >= cache_line(other) &&
	       cache_line(other + sizeof(struct counters) - 1) >= cache_line(begin);
}

static bool is_among(const void *p, void *const *blocks)
{
	for (unsigned i = 0; i < CROWD; i++)
		if (blocks[i] == p)
			return true;
	return false;
}

START_TEST(no_two_threads_share_a_block)
{
	static void *blocks[CROWD], *again[CROWD];

	crowd(count_in_a_crowd, CROWD, blocks);
	sum();
	expect_crowd(&app, 1);
	for (unsigned i = 0; i < CROWD; i++) {
		ck_assert_ptr_nonnull(blocks[i]);
		ck_assert_ptr_ne(blocks[i], threads_shared());
		ck_assert(!share_a_line(blocks[i], threads_shared()));
		for (unsigned j = 0; j < i; j++)
			ck_assert(!share_a_line(blocks[i], blocks[j]));
	}
	/* There are as many blocks as concurrent threads, no more. */
	crowd(count_in_a_crowd, CROWD, again);
	for (unsigned i = 0; i < CROWD; i++)
		ck_assert(is_among(again[i], blocks));
	sum();
	expect_crowd(&app, 2);
	ck_assert_uint_eq(counters_mallocs(&agent), 0);
}
END_TEST

/* The state of a thread in the destructor of a key that was created after ours. */
static struct {
	int calls;
	struct counters *self, *fast, *claimed;
	size_t precount;
	int error;
} late;

static pthread_key_t late_key;

static void count_late(void *arg)
{
	late.self = threads_own.self;
	late.fast = threads_own.fast;
	late.precount = threads_own.precount;
	errno = 77;
	late.claimed = threads_claim();
	late.error = errno;
	count_made(100);
	count_freed(10);
	/* Once more, after all destructors have run. */
	if (++late.calls == 1)
		pthread_setspecific(late_key, arg);
}

static void *end_late(void *arg)
{
	count_made(10);
	pthread_setspecific(late_key, arg);
	return threads_own.self;
}

START_TEST(late_calls_go_to_the_shared_block)
{
	void *block;

	ck_assert_int_eq(pthread_key_create(&late_key, count_late), 0);
	block = run_and_join(end_late, &late);
	ck_assert_int_eq(late.calls, 2);
	ck_assert_ptr_null(late.self);
	ck_assert_ptr_null(late.fast);
	ck_assert_uint_eq(late.precount, 0);
	ck_assert_ptr_null(late.claimed);
	ck_assert_int_eq(late.error, 77);
	ck_assert_uint_eq(counters_mallocs(threads_shared()), 2);
	ck_assert_uint_eq(threads_shared()->frees, 2);
	ck_assert_uint_eq(counters_mallocs(block), 1);
	sum();
	ck_assert_uint_eq(counters_mallocs(&app), 3);
	ck_assert_uint_eq(app.frees, 2);
	/* The block was free for the next thread. */
	ck_assert_ptr_eq(run_and_join(count_one, NULL), block);
}
END_TEST

static void *first_call_is_late(void *arg)
{
	pthread_setspecific(late_key, arg);
	return NULL;
}

/* It had no block.  Its destructor may claim one, and then returns it. */
START_TEST(a_first_call_may_be_late)
{
	ck_assert_int_eq(pthread_key_create(&late_key, count_late), 0);
	for (int i = 1; i <= 100; i++) {
		late.calls = 0;
		run_and_join(first_call_is_late, &late);
		sum();
		ck_assert_uint_eq(counters_mallocs(&app), 2 * (uint64_t)i);
		ck_assert_uint_eq(app.frees, 2 * (uint64_t)i);
	}
}
END_TEST

START_TEST(a_muted_thread_counts_as_the_agent)
{
	struct counters *mine;
	uint32_t before;

	count_made(10);
	mine = threads_own.self;
	errno = 77;
	before = threads_mute();
	ck_assert_int_eq(errno, 77);
	ck_assert(threads_muted());
	ck_assert_ptr_ne(threads_own.self, mine);
	ck_assert_ptr_eq(threads_own.fast, threads_own.self);
	ck_assert_uint_eq(threads_own.precount, 2 * PRECOUNT - 1);
	count_made(1000);
	threads_unmute(before);
	ck_assert(!threads_muted());
	ck_assert_ptr_eq(threads_own.self, mine);
	ck_assert_ptr_eq(threads_own.fast, mine);
	count_made(20);
	sum();
	ck_assert_uint_eq(counters_mallocs(&app), 2);
	ck_assert_uint_eq(app.requested_bytes, 30);
	ck_assert_uint_eq(counters_mallocs(&agent), 1);
	ck_assert_uint_eq(agent.requested_bytes, 1000);
}
END_TEST

START_TEST(a_thread_may_be_muted_before_its_first_call)
{
	uint32_t before = threads_mute();

	count_made(1000);
	threads_unmute(before);
	ck_assert_ptr_null(threads_own.self);
	ck_assert_ptr_null(threads_own.fast);
	ck_assert_uint_eq(threads_own.precount, 0);
	count_made(10);
	sum();
	ck_assert_uint_eq(app.requested_bytes, 10);
	ck_assert_uint_eq(agent.requested_bytes, 1000);
}
END_TEST

START_TEST(muting_nests)
{
	uint32_t outer = threads_mute();
	struct counters *block = threads_own.self;
	uint32_t inner = threads_mute();

	count_made(1000);
	threads_unmute(inner);
	ck_assert(threads_muted());
	ck_assert_ptr_eq(threads_own.self, block);
	threads_unmute(outer);
	ck_assert(!threads_muted());
	sum();
	ck_assert_uint_eq(agent.requested_bytes, 1000);
	ck_assert_uint_eq(counters_mallocs(&app), 0);
}
END_TEST

START_TEST(muting_takes_the_same_block_each_time)
{
	uint32_t before = threads_mute();
	struct counters *block = threads_own.self;

	threads_unmute(before);
	for (int i = 0; i < 10000; i++) {
		before = threads_mute();
		ck_assert_ptr_eq(threads_own.self, block);
		threads_unmute(before);
	}
}
END_TEST

static void *count_muted(void *unused)
{
	(void)unused;
	threads_mute_for_good();
	count_made(1000);
	return threads_muted() ? threads_own.self : NULL;
}

START_TEST(blocks_keep_to_their_kind)
{
	void *of_agent = run_and_join(count_muted, NULL);
	void *of_app = run_and_join(count_one, NULL);

	ck_assert_ptr_nonnull(of_agent);
	ck_assert_ptr_ne(of_agent, of_app);
	for (int i = 0; i < 100; i++) {
		ck_assert_ptr_eq(run_and_join(count_muted, NULL), of_agent);
		ck_assert_ptr_eq(run_and_join(count_one, NULL), of_app);
	}
	sum();
	ck_assert_uint_eq(counters_mallocs(&app), 101);
	ck_assert_uint_eq(counters_mallocs(&agent), 101);
}
END_TEST

/* Until the limit is lifted, no mapping can be made, so there is no memory. */
static struct rlimit plenty;

static void memory_ends(void)
{
	struct rlimit none;

	getrlimit(RLIMIT_AS, &plenty);
	none = plenty;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_AS, &none);
}

static void memory_is_back(void)
{
	setrlimit(RLIMIT_AS, &plenty);
}

/*
 * Take every free block, until only the one is left that muted threads share without memory, and
 * stay in that.
 */
static void use_up_blocks(void)
{
	const struct counters *last;

	do {
		last = threads_own.self;
		threads_mute();
	} while (threads_own.self != last);
}

START_TEST(without_memory_threads_share_a_block)
{
	struct counters *claimed, *self;
	int error;

	memory_ends();
	use_up_blocks();
	threads_unmute(0);
	errno = 77;
	claimed = threads_claim();
	error = errno;
	self = threads_own.self;
	count_made(10);
	count_freed(10);
	memory_is_back();
	ck_assert_ptr_null(claimed);
	ck_assert_ptr_null(self);
	ck_assert_int_eq(error, 77);
	ck_assert_uint_eq(counters_mallocs(threads_shared()), 1);
	sum();
	ck_assert_uint_eq(counters_mallocs(&app), 1);
	ck_assert_uint_eq(app.frees, 1);
	ck_assert_uint_eq(counters_mallocs(&agent), 0);
	/* Later threads have their own blocks again. */
	ck_assert_ptr_nonnull(run_and_join(count_one, NULL));
}
END_TEST

START_TEST(without_memory_the_agent_is_still_the_agent)
{
	struct counters *before;
	bool muted;
	int error;

	count_made(10);
	memory_ends();
	errno = 77;
	use_up_blocks();
	error = errno;
	muted = threads_muted();
	before = threads_own.self;
	threads_unmute(threads_mute());
	count_made(1000);
	memory_is_back();
	ck_assert_int_eq(error, 77);
	ck_assert(muted);
	ck_assert_ptr_eq(threads_own.self, before);
	threads_unmute(0);
	ck_assert(!threads_muted());
	sum();
	ck_assert_uint_eq(counters_mallocs(&app), 1);
	ck_assert_uint_eq(agent.requested_bytes, 1000);
	/* A shared block never becomes a thread's own. */
	threads_mute();
	ck_assert_ptr_ne(threads_own.self, before);
}
END_TEST

/* Blocks in a later mapping are found and summed like the library's own. */
START_TEST(blocks_of_all_slabs_add_up)
{
	for (uint64_t i = 1; i <= 1000; i++) {
		threads_mute();
		ck_assert_ptr_nonnull(threads_own.self);
		count_made(10);
		sum();
		ck_assert_uint_eq(counters_mallocs(&agent), i);
	}
	threads_unmute(0);
	count_made(10);
	sum();
	ck_assert_uint_eq(counters_mallocs(&app), 1);
}
END_TEST

/* An allocator's counters of a thread's bytes, in the thread's storage. */
static THREAD_LOCAL struct {
	uint64_t freed, something_else, allocated;
} heap = {40, 1, 100};

static void expect_bytes(const struct counters *c, uint64_t allocated, uint64_t freed)
{
	ck_assert_uint_eq(c->alloc_bytes, allocated);
	ck_assert_uint_eq(c->freed_bytes, freed);
}

static void use_bytes(void)
{
	threads_use_bytes(&heap.allocated, &heap.freed);
	threads_init(false);
}

START_TEST(bytes_that_the_allocator_counts)
{
	struct counters *mine;
	uint32_t before;

	use_bytes();
	mine = threads_claim();
	sum();
	expect_bytes(&app, 0, 0);
	heap.allocated += 50;
	sum();
	expect_bytes(&app, 50, 0);
	before = threads_mute();
	heap.allocated += 7;
	heap.freed += 3;
	sum();
	expect_bytes(&app, 50, 0);
	expect_bytes(&agent, 7, 3);
	threads_unmute(before);
	ck_assert_ptr_eq(threads_own.self, mine);
	heap.freed += 20;
	sum();
	expect_bytes(&app, 50, 20);
	expect_bytes(&agent, 7, 3);
	/* The agent's block, taken again, continues. */
	before = threads_mute();
	heap.allocated += 1;
	threads_unmute(before);
	sum();
	expect_bytes(&app, 50, 20);
	expect_bytes(&agent, 8, 3);
}
END_TEST

/* As libc does in a thread's last moment, with its own signals too. */
static void block_all(int how)
{
	uint64_t all = ~(uint64_t)0;

	ck_assert_int_eq(syscall(SYS_rt_sigprocmask, how, &all, NULL, sizeof(all)), 0);
}

START_TEST(nothing_is_claimed_while_libc_blocks_all_signals)
{
	threads_init(true);
	block_all(SIG_BLOCK);
	errno = 77;
	ck_assert_ptr_null(threads_claim());
	ck_assert_int_eq(errno, 77);
	block_all(SIG_UNBLOCK);
	ck_assert_ptr_nonnull(threads_claim());
}
END_TEST

START_TEST(bytes_without_a_block_are_counted_once)
{
	use_bytes();
	block_all(SIG_BLOCK);
	ck_assert_ptr_null(threads_claim());
	heap.allocated += 50;
	threads_settle();
	heap.freed += 20;
	threads_settle();
	sum();
	expect_bytes(&app, 50, 20);
	block_all(SIG_UNBLOCK);
	ck_assert_ptr_nonnull(threads_claim());
	sum();
	expect_bytes(&app, 50, 20);
	heap.allocated += 7;
	sum();
	expect_bytes(&app, 57, 20);
}
END_TEST

static void *allocate_and_claim(void *unused)
{
	(void)unused;
	heap.allocated += 1000;
	threads_claim();
	heap.freed += 100;
	sum();
	return threads_own.self;
}

/* A thread's bytes from before it has a block are in the block, and stay when it ends. */
START_TEST(bytes_stay_when_a_thread_ends)
{
	void *block;

	use_bytes();
	block = run_and_join(allocate_and_claim, NULL);
	/* The thread itself saw 100 and 40 from the start. */
	expect_bytes(&app, 1100, 140);
	sum();
	expect_bytes(&app, 1100, 140);
	ck_assert_ptr_eq(run_and_join(allocate_and_claim, NULL), block);
	expect_bytes(&app, 2200, 280);
	sum();
	expect_bytes(&app, 2200, 280);
}
END_TEST

/* The agent's threads share a block then, and each adds only its own growth. */
START_TEST(bytes_of_the_agent_without_memory)
{
	uint32_t before;

	use_bytes();
	threads_claim();
	heap.allocated += 50;
	before = threads_mute();
	memory_ends();
	use_up_blocks();
	heap.allocated += 7;
	memory_is_back();
	threads_unmute(before);
	heap.allocated += 50;
	sum();
	expect_bytes(&app, 100, 0);
	expect_bytes(&agent, 7, 0);
}
END_TEST

static void *allocate_and_stay(void *unused)
{
	allocate_and_claim(unused);
	pthread_barrier_wait(&all_there);
	pthread_barrier_wait(&may_go);
	return NULL;
}

static int bytes_in_child(void)
{
	threads_after_fork();
	heap.allocated += 5;
	sum();
	return app.alloc_bytes == 1155 && app.freed_bytes == 140 ? 0 : 2;
}

START_TEST(a_child_has_the_bytes_of_threads_that_it_has_not)
{
	pthread_t thread;
	pid_t child;
	int status;

	pthread_barrier_init(&all_there, NULL, 2);
	pthread_barrier_init(&may_go, NULL, 2);
	use_bytes();
	threads_claim();
	heap.allocated += 50;
	thread = spawn(allocate_and_stay, NULL);
	pthread_barrier_wait(&all_there);
	child = fork();
	if (child == 0)
		_exit(bytes_in_child());
	pthread_barrier_wait(&may_go);
	pthread_join(thread, NULL);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

/* In a child, the blocks of threads that do not exist there are free, and no count is lost. */
static int in_child(void *const *blocks)
{
	threads_after_fork();
	sum();
	if (counters_mallocs(&app) != CROWD)
		return 2;
	if (!is_among(threads_claim(), blocks))
		return 3;
	count_made(10);
	sum();
	return counters_mallocs(&app) == CROWD + 1 ? 0 : 4;
}

#ifndef __SANITIZE_THREAD__

static uint64_t *guarded; /* a page with the allocator's counters */

static void fork_in_read(int number)
{
	pid_t child;
	int status;

	(void)number;
	mprotect(guarded, PAGE, PROT_READ | PROT_WRITE);
	child = fork();
	if (child == 0) {
		alarm(PATIENCE);
		threads_unlock();
		threads_mute(); /* leaves the block, and so takes its lock */
		_exit(0);
	}
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
}

/* The reader holds the lock of a block when it reads its owner's counters. */
START_TEST(a_copy_without_an_agent_has_no_locked_block)
{
	guarded = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(guarded, MAP_FAILED);
	threads_use_bytes(&guarded[0], &guarded[1]);
	threads_claim();
	signal(SIGSEGV, fork_in_read);
	mprotect(guarded, PAGE, PROT_NONE);
	sum();
	ck_assert_uint_eq(app.alloc_bytes, 0);
}
END_TEST

#endif

static void *blocks_now[CROWD];

static void *count_and_stay(void *arg)
{
	count_made(10);
	blocks_now[(uintptr_t)arg - 1] = threads_own.self;
	pthread_barrier_wait(&all_there);
	pthread_barrier_wait(&may_go);
	return NULL;
}

START_TEST(a_child_takes_over_the_blocks)
{
	pthread_t threads[CROWD];
	pid_t child;
	int status;

	pthread_barrier_init(&all_there, NULL, CROWD + 1);
	pthread_barrier_init(&may_go, NULL, CROWD + 1);
	for (uintptr_t i = 0; i < CROWD; i++)
		threads[i] = spawn(count_and_stay, (void *)(i + 1));
	pthread_barrier_wait(&all_there);
	child = fork();
	if (child == 0)
		_exit(in_child(blocks_now));
	pthread_barrier_wait(&may_go);
	for (unsigned i = 0; i < CROWD; i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_gt(child, 0);
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

START_TEST(a_child_keeps_its_own_block)
{
	static void *blocks[CROWD];
	struct counters *mine;

	count_made(10);
	mine = threads_own.self;
	crowd(count_in_a_crowd, CROWD / 2, blocks);
	threads_after_fork();
	ck_assert_ptr_eq(threads_own.self, mine);
	/* More than the free ones, so that all are taken. */
	crowd(count_in_a_crowd, CROWD, blocks);
	ck_assert(!is_among(mine, blocks));
}
END_TEST

static void *count_and_go(void *arg)
{
	count_one(arg);
	count_freed(10);
	pthread_barrier_wait(&all_there);
	return NULL;
}

/*
 * One thread makes objects, another frees them, so a single block means nothing.  A sampler sums
 * all blocks all the time.
 */
#define TRADERS 4
#define SAMPLES 300

/*
 * The size of the object in transit; 0: none.  Few objects are live at a time, so that the smallest
 * mistake makes a negative sum.
 */
static atomic_size_t shelf;
static atomic_bool trading_over;
static _Atomic uint64_t made, freed;

static void *trade(void *arg)
{
	uint64_t seed = (uint64_t)(uintptr_t)arg;
	uint64_t mine = 0, theirs = 0;

	while (!trading_over) {
		size_t size = 1 + unit_pick(&seed, 1000);

		count_made(size);
		mine++;
		size = atomic_exchange_explicit(&shelf, size, memory_order_acq_rel);
		if (size) {
			count_freed(size);
			theirs++;
		}
	}
	made += mine;
	freed += theirs;
	return NULL;
}

/* Short-lived threads, so that blocks change owners too. */
static void *come_and_go(void *unused)
{
	(void)unused;
	while (!trading_over) {
		run_and_join(count_one, NULL);
		run_and_join(count_muted, NULL);
		made++;
	}
	return NULL;
}

/* Return what is wrong with the sum ${c} after the sum ${before}, or NULL. */
static const char *find_error(const struct counters *before, const struct counters *c)
{
	if (c->frees > counters_mallocs(c))
		return "more objects freed than made";
	if (c->freed_bytes > c->alloc_bytes)
		return "more bytes freed than allocated";
	if (counters_mallocs(c) < counters_mallocs(before) || c->frees < before->frees ||
	    c->alloc_bytes < before->alloc_bytes || c->freed_bytes < before->freed_bytes ||
	    c->requested_bytes < before->requested_bytes)
		return "a counter went back";
	return NULL;
}

/* Sum all blocks all the time.  Return the error, or NULL. */
static void *sample(void *unused)
{
	struct counters before = {0}, now, muted;
	const char *wrong = NULL;

	(void)unused;
	for (int i = 0; i < SAMPLES && wrong == NULL; i++) {
		threads_sum(&now, &muted);
		wrong = find_error(&before, &now);
		before = now;
	}
	return (void *)(uintptr_t)wrong;
}

START_TEST(a_sampler_never_sees_less_than_nothing)
{
	static void *blocks[CROWD];
	pthread_t traders[TRADERS], churn;
	const char *wrong;

	/* With many blocks, much happens between the first and the last of a sum. */
	crowd(count_and_go, CROWD, blocks);
	made += CROWD;
	freed += CROWD;
	churn = spawn(come_and_go, NULL);
	for (uintptr_t i = 0; i < TRADERS; i++)
		traders[i] = spawn(trade, (void *)(i + 1));
	wrong = run_and_join(sample, NULL);
	trading_over = true;
	pthread_join(churn, NULL);
	for (int i = 0; i < TRADERS; i++)
		pthread_join(traders[i], NULL);
	ck_assert_msg(wrong == NULL, "%s", wrong);
	sum();
	ck_assert_uint_eq(counters_mallocs(&app), made);
	ck_assert_uint_eq(app.frees, freed);
}
END_TEST

#define SCRAMBLERS 8
#define SCRAMBLES 100000

static atomic_int doubled;

/* Mark the thread's block as taken; no other thread may have marked it. */
static void take(void)
{
	if (__atomic_exchange_n(&threads_own.self->failed_allocs, 1, __ATOMIC_RELAXED))
		doubled++;
}

static void give(void)
{
	__atomic_store_n(&threads_own.self->failed_allocs, 0, __ATOMIC_RELAXED);
}

/* Two at a time, so that they are returned in another order. */
static void *scramble(void *unused)
{
	(void)unused;
	for (int i = 0; i < SCRAMBLES; i++) {
		uint32_t first = threads_mute(), second;

		take();
		count_made(10);
		second = threads_mute();
		take();
		count_made(10);
		give();
		threads_unmute(second);
		give();
		threads_unmute(first);
	}
	return NULL;
}

/* Many threads take and return blocks of the same list at once. */
START_TEST(no_block_is_lost_or_doubled_in_a_scramble)
{
	pthread_t threads[SCRAMBLERS];
	uint64_t blocks = 0;

	for (unsigned i = 0; i < SCRAMBLERS; i++)
		threads[i] = spawn(scramble, NULL);
	for (unsigned i = 0; i < SCRAMBLERS; i++)
		pthread_join(threads[i], NULL);
	ck_assert_int_eq(doubled, 0);
	sum();
	ck_assert_uint_eq(counters_mallocs(&agent), UINT64_C(2) * SCRAMBLERS * SCRAMBLES);
	/* All are free again: at most as many as concurrent threads, each once. */
	do {
		threads_mute();
		take();
		ck_assert_int_eq(doubled, 0);
		blocks++;
	} while (counters_mallocs(threads_own.self) > 0);
	ck_assert_uint_le(blocks - 1, 2 * SCRAMBLERS);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_checked_fixture(all, start, NULL);
	tcase_add_test(all, nothing_is_counted_at_first);
	tcase_add_test(all, a_thread_claims_its_block);
	tcase_add_test(all, no_fast_block_where_headers_say_nothing);
	tcase_add_test(all, a_block_goes_from_thread_to_thread);
	tcase_add_test(all, no_two_threads_share_a_block);
	tcase_add_test(all, late_calls_go_to_the_shared_block);
	tcase_add_test(all, a_first_call_may_be_late);
	tcase_add_test(all, nothing_is_claimed_while_libc_blocks_all_signals);
	tcase_add_test(all, a_muted_thread_counts_as_the_agent);
	tcase_add_test(all, a_thread_may_be_muted_before_its_first_call);
	tcase_add_test(all, muting_nests);
	tcase_add_test(all, muting_takes_the_same_block_each_time);
	tcase_add_test(all, blocks_keep_to_their_kind);
	tcase_add_test(all, without_memory_threads_share_a_block);
	tcase_add_test(all, without_memory_the_agent_is_still_the_agent);
	tcase_add_test(all, blocks_of_all_slabs_add_up);
	tcase_add_test(all, bytes_that_the_allocator_counts);
	tcase_add_test(all, bytes_without_a_block_are_counted_once);
	tcase_add_test(all, bytes_stay_when_a_thread_ends);
	tcase_add_test(all, bytes_of_the_agent_without_memory);
	tcase_add_test(all, a_child_has_the_bytes_of_threads_that_it_has_not);
#ifndef __SANITIZE_THREAD__
	tcase_add_test(all, a_copy_without_an_agent_has_no_locked_block);
#endif
	tcase_add_test(all, a_child_takes_over_the_blocks);
	tcase_add_test(all, a_child_keeps_its_own_block);
	tcase_add_test(all, a_sampler_never_sees_less_than_nothing);
	tcase_add_test(all, no_block_is_lost_or_doubled_in_a_scramble);
}

UNIT_MAIN("threads", add_tests)
