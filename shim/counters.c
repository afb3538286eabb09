#include "shim/counters.h"

/* Acquire: a reader that sees a free also sees, in later reads, the allocation before it. */
INLINE uint64_t load(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_ACQUIRE);
}

enum phase { FREES, REST, REBASED };

INLINE void sum_phase(enum phase wanted, struct counters *sum, const struct counters *c)
{
#define COUNTER(id, phase, field)                                                                  \
	if (wanted == (phase))                                                                     \
		sum->id += load(&c->id);
#include "shim/counters.def"
#undef COUNTER
}

void counters_sum_frees(struct counters *sum, const struct counters *c)
{
	sum_phase(FREES, sum, c);
}

void counters_sum_rest(struct counters *sum, const struct counters *c)
{
	sum_phase(REST, sum, c);
	sum->requested_bytes += counters_requested(c);
	for (unsigned i = 0; i < COUNTERS_SIZES; i++)
		sum->sizes[counters_bucket(i)] += load(&c->sizes[i]);
}

uint64_t counters_mallocs(const struct counters *c)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < COUNTERS_SIZES; i++)
		n += c->sizes[i];
	return n;
}

#define SIGN ((uint64_t)1 << 63)

void counters_arm(struct counters *c)
{
	c->countdown.base[0] = 1;
	c->requested_bytes = (uint64_t)-1;
}

/*
 * In an odd step the other base is already written.  A handler that finds an odd step has
 * interrupted its own thread after the countdown was set, so it ends that step first.
 */
static void end_step(struct countdown *d, uint32_t odd)
{
	__atomic_compare_exchange_n(&d->step, &odd, odd + 1, false, __ATOMIC_RELEASE,
				    __ATOMIC_RELAXED);
}

void counters_rearm(struct counters *c, uint64_t gap)
{
	struct countdown *d = &c->countdown;

	/* More than once only if a handler has counted more than the gap meanwhile. */
	while ((load(&c->requested_bytes) & SIGN) == 0) {
		uint32_t step = __atomic_load_n(&d->step, __ATOMIC_RELAXED);
		uint64_t less;

		if (step % 2) {
			end_step(d, step);
			continue;
		}
		less = load(&c->requested_bytes) + gap;
		__atomic_store_n(&d->base[(step / 2 + 1) % 2], d->base[step / 2 % 2] + less,
				 __ATOMIC_RELAXED);
		__atomic_store_n(&d->step, step + 1, __ATOMIC_RELEASE);
		counter_add(&c->requested_bytes, -less, OWN);
		end_step(d, step + 1);
	}
}

uint64_t counters_requested(const struct counters *c)
{
	const struct countdown *d = &c->countdown;
	uint64_t count, base;
	uint32_t step, after;

	do {
		unsigned other;

		step = __atomic_load_n(&d->step, __ATOMIC_ACQUIRE);
		count = load(&c->requested_bytes);
		other = step % 2 && count & SIGN;
		base = load(&d->base[(step / 2 + other) % 2]);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		after = __atomic_load_n(&d->step, __ATOMIC_RELAXED);
	} while (after != step);
	return base + count;
}
