#include "shim/counters.h"

/* Acquire: whoever sees a free also sees, in what it reads after, the allocation behind it. */
INLINE uint64_t read(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_ACQUIRE);
}

void counters_sum_frees(struct counters *sum, const struct counters *c)
{
	sum->frees += read(&c->frees);
	sum->freed_bytes += read(&c->freed_bytes);
}

void counters_sum_rest(struct counters *sum, const struct counters *c)
{
	sum->alloc_bytes += read(&c->alloc_bytes);
	sum->requested_bytes += read(&c->requested_bytes);
	sum->reallocs += read(&c->reallocs);
	sum->failed_allocs += read(&c->failed_allocs);
	for (unsigned i = 0; i < COUNTERS_SIZES; i++)
		sum->sizes[counters_bucket(i)] += read(&c->sizes[i]);
}

uint64_t counters_mallocs(const struct counters *c)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < COUNTERS_SIZES; i++)
		n += c->sizes[i];
	return n;
}
