#include "shim/counters.h"

/* Acquire: a reader that sees a free also sees, in later reads, the allocation before it. */
INLINE uint64_t load(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_ACQUIRE);
}

/* A row without unit and doc does not compile. */
#define COUNTER(id, phase, unit, doc) _Static_assert(sizeof(unit) > 1 && sizeof(doc) > 1, #id);
#include "shim/counters.def"
#undef COUNTER

enum phase { FREES, REST };

INLINE void sum_phase(enum phase wanted, struct counters *sum, const struct counters *c)
{
#define COUNTER(id, phase, unit, doc)                                                              \
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
