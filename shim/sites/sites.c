#include "shim/sites/sites.h"

#include <errno.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "shim/counters.h"
#include "shim/next.h"
#include "shim/sites/exponential.h"
#include "shim/sites/stacks.h"
#include "shim/threads.h"

/* The mean until the agent adapts it.  Tests build the library with a small one. */
#ifndef SITES_MEAN
#	define SITES_MEAN 524288
#endif

#define IS_FIXED (SITES_MEAN < SITES_LEAST_MEAN)

/* After so many samples between two adaptations, the mean doubles at once. */
#define SURGE 1000
#define FIRST_SURGE 64 /* before the first: the program may be short, and caches are cold */
#define LARGEST_MEAN ((uint64_t)1 << 30)

/* While no samples are taken, a thread looks again after so many bytes. */
#define PAUSE ((uint64_t)16 << 30)

/* The time of one in so many samples is measured, but not of the first, which is cold. */
#define TIMED 16

static struct {
	uint64_t mean;
	uint32_t now_s;
	uint32_t surge;
	uint32_t surge_limit;
	uint64_t sampled;
	uint64_t dropped;
	uint64_t truncated[WALK_ENDS];
	uint64_t timed_ns;
	uint64_t seeds;
} sites = {.mean = SITES_MEAN, .surge_limit = FIRST_SURGE};

/* NOLINTNEXTLINE(readability-non-const-parameter): the builtin writes to it */
static void add(uint64_t *total, uint64_t n)
{
	__atomic_fetch_add(total, n, __ATOMIC_RELAXED);
}

static uint64_t load(const uint64_t *value)
{
	return __atomic_load_n(value, __ATOMIC_RELAXED);
}

/* Not libc's function, which a preloaded library may replace. */
static uint64_t now_ns(clockid_t clock)
{
	struct timespec t = {0};

	syscall(SYS_clock_gettime, clock, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* Return a number that is different in each process and at each call. */
static uint64_t make_seed(void)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): that is how the kernel passes it */
	const uint64_t *random = (const uint64_t *)getauxval(AT_RANDOM);
	uint64_t n = __atomic_add_fetch(&sites.seeds, 1, __ATOMIC_RELAXED);

	return (n * UINT64_C(0x9e3779b97f4a7c15) ^ (random ? *random : 0) ^
		now_ns(CLOCK_MONOTONIC) << 20) |
	       1;
}

static void draw_gap(struct counters *c)
{
	uint64_t mean = load(&sites.mean);
	uint64_t gap = PAUSE;

	if (c->countdown.random == 0)
		c->countdown.random = make_seed();
	if (mean)
		gap = exponential_gap(&c->countdown.random, mean);
	c->countdown.mean = mean;
	counters_rearm(c, gap);
}

/* Become less frequent at once when there are many samples, until the agent adapts the mean. */
static void limit_surge(void)
{
	uint64_t mean = load(&sites.mean);

	if (!IS_FIXED &&
	    __atomic_add_fetch(&sites.surge, 1, __ATOMIC_RELAXED) %
		    __atomic_load_n(&sites.surge_limit, __ATOMIC_RELAXED) ==
		0 &&
	    mean && mean < LARGEST_MEAN)
		__atomic_compare_exchange_n(&sites.mean, &mean, mean * 2, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED);
}

/* Another thread may have unloaded code and loaded other code since the first walk. */
static bool copy_frames(const struct walk_stack *stack, struct walk_copy copy)
{
	return walk(STACKS_FRAMES, copy).hash == stack->hash;
}

static unsigned enter_stack(void)
{
	struct walk_stack stack = walk(STACKS_FRAMES, (struct walk_copy){NULL, 0, 0});

	if (stack.end != WALK_WHOLE)
		add(&sites.truncated[stack.end], 1);
	return stacks_enter(&stack, copy_frames);
}

static uint64_t times(uint64_t n, uint64_t weight)
{
	return (uint64_t)((unsigned __int128)n * weight >> WEIGHT_PLACES);
}

static void count_forgotten(const struct live_sample *sample)
{
	stacks_count_freed(sample->stack, sample->bytes, sample->weight);
	stacks_leave(sample->stack);
}

/*
 * Record ${p}, which had ${before} usable bytes where the allocator made it.  Bytes that it gained
 * by a move exist only once, so they are not multiplied.
 */
static void record(void *p, size_t size, size_t before, const struct sites_sample *taken)
{
	struct live_sample sample = {.address = (uintptr_t)p};
	size_t usable = next.usable_size(p);

	/*
	 * A sample is still in the table if a call that bypassed us has freed an object at this
	 * address.
	 */
	sites_forget(p);
	if (usable < size) /* sizes are not known */
		before = usable = size;
	sample.born_s = taken->born_s == SITES_NOW ? __atomic_load_n(&sites.now_s, __ATOMIC_RELAXED)
						   : taken->born_s;
	sample.weight = exponential_weight(size, taken->mean);
	sample.bytes = times(before, sample.weight) + usable - before;
	sample.stack = enter_stack();
	stacks_count_made(sample.stack, sample.bytes, sample.weight);
	if (live_insert(&sample)) {
		add(&sites.sampled, 1);
		return;
	}
	count_forgotten(&sample);
	add(&sites.dropped, 1);
}

/* Draw a new gap.  Return the mean that the last one was drawn with, or 0 to take no sample. */
static uint64_t begin(size_t size)
{
	struct counters *c = threads_own.self;
	uint64_t mean = c->countdown.mean;

	draw_gap(c);
	/* 0: the block's first count. */
	if (mean == 0 || size == 0 || load(&sites.mean) == 0)
		return 0;
	limit_surge();
	if (stacks_open() && live_open())
		return mean;
	add(&sites.dropped, 1);
	return 0;
}

/* Return the thread's CPU time when the sample begins, or 0 if it is not timed. */
static uint64_t begin_timing(void)
{
	return load(&sites.sampled) % TIMED == TIMED / 2 ? now_ns(CLOCK_THREAD_CPUTIME_ID) : 0;
}

static void finish(const struct sites_sample *sample)
{
	if (sample->started)
		add(&sites.timed_ns, now_ns(CLOCK_THREAD_CPUTIME_ID) - sample->started);
	errno = sample->saved_errno;
}

bool sites_begin(struct sites_sample *sample, size_t size)
{
	sample->saved_errno = errno;
	sample->started = begin_timing();
	sample->mean = begin(size);
	if (sample->mean)
		return true;
	finish(sample);
	return false;
}

void sites_end(const struct sites_sample *sample, void *p, size_t size, size_t before)
{
	if (p)
		record(p, size, before, sample);
	else
		add(&sites.dropped, 1);
	finish(sample);
}

void sites_skip(void)
{
	int saved = errno;

	draw_gap(threads_own.self);
	add(&sites.dropped, 1);
	errno = saved;
}

void sites_forget(const void *p)
{
	struct live_sample sample;

	if (live_remove(p, &sample))
		count_forgotten(&sample);
}

void sites_resized(const struct live_sample *sample, bool success)
{
	if (success || !live_insert(sample))
		count_forgotten(sample);
}

void sites_stats(struct sites_stats *stats)
{
	stats->mean = load(&sites.mean);
	stats->least_mean = next_is_inside() ? SITES_LEAST_MEAN_JEMALLOC : SITES_LEAST_MEAN;
	stats->sampled = load(&sites.sampled);
	stats->dropped = load(&sites.dropped);
	for (unsigned i = 0; i < WALK_ENDS; i++)
		stats->truncated[i] = load(&sites.truncated[i]);
	stats->sample_ns = load(&sites.timed_ns) * TIMED;
}

void sites_set_mean(uint64_t mean)
{
	if (mean && IS_FIXED)
		mean = SITES_MEAN;
	__atomic_store_n(&sites.mean, mean, __ATOMIC_RELAXED);
	__atomic_store_n(&sites.surge, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&sites.surge_limit, SURGE, __ATOMIC_RELAXED);
}

void sites_set_time(uint32_t now_s)
{
	__atomic_store_n(&sites.now_s, now_s, __ATOMIC_RELAXED);
}

void sites_after_fork(void)
{
	/* Else parent and child would sample the same objects. */
	if (threads_own.self)
		threads_own.self->countdown.random ^= make_seed() & ~(uint64_t)1;
}
