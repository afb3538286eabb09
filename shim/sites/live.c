#include "shim/sites/live.h"

#include "shim/map.h"

#define BUSY 1 /* as an address: a thread writes or reads this entry */

uint8_t live_counts[LIVE_BUCKETS];

static void *table;

static struct live_sample *get_table(void)
{
	return __atomic_load_n(&table, __ATOMIC_ACQUIRE);
}

bool live_open(void)
{
	return map_once(&table, LIVE_SLOTS * sizeof(struct live_sample)) != NULL;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the builtin writes to it */
static bool change(uintptr_t *address, uintptr_t from, uintptr_t to)
{
	return __atomic_compare_exchange_n(address, &from, to, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

/*
 * Change the address of an entry from ${from} to BUSY, in the home bucket of ${address} or in the
 * one beside it.  Return the entry, or NULL.
 */
static struct live_sample *claim(uintptr_t address, uintptr_t from)
{
	size_t home = live_bucket(address);

	for (size_t beside = 0; beside < 2; beside++) {
		struct live_sample *bucket = &get_table()[(home ^ beside) * LIVE_WAYS];

		for (size_t way = 0; way < LIVE_WAYS; way++)
			if (change(&bucket[way].address, from, BUSY))
				return &bucket[way];
	}
	return NULL;
}

static void count(uintptr_t address, uint8_t by)
{
	__atomic_fetch_add(&live_counts[live_bucket(address)], by, __ATOMIC_RELAXED);
}

bool live_insert(const struct live_sample *sample)
{
	struct live_sample *entry;

	if (get_table() == NULL)
		return false;
	entry = claim(sample->address, 0);
	if (entry == NULL)
		return false;
	count(sample->address, 1);
	__atomic_store_n(&entry->stack, sample->stack, __ATOMIC_RELAXED);
	__atomic_store_n(&entry->born_s, sample->born_s, __ATOMIC_RELAXED);
	__atomic_store_n(&entry->bytes, sample->bytes, __ATOMIC_RELAXED);
	__atomic_store_n(&entry->weight, sample->weight, __ATOMIC_RELAXED);
	__atomic_store_n(&entry->address, sample->address, __ATOMIC_RELEASE);
	return true;
}

bool live_remove(const void *p, struct live_sample *sample)
{
	struct live_sample *entry;

	if (!live_may_have(p) || get_table() == NULL)
		return false;
	entry = claim((uintptr_t)p, (uintptr_t)p);
	if (entry == NULL)
		return false;
	*sample = *entry;
	sample->address = (uintptr_t)p;
	__atomic_store_n(&entry->address, 0, __ATOMIC_RELEASE);
	count((uintptr_t)p, (uint8_t)-1);
	return true;
}

/* Copy the entry in ${slot}.  Return false if it is empty, or changes. */
static bool read_slot(size_t slot, struct live_sample *sample)
{
	struct live_sample *entry = &get_table()[slot];

	sample->address = __atomic_load_n(&entry->address, __ATOMIC_ACQUIRE);
	if (sample->address <= BUSY)
		return false;
	sample->stack = __atomic_load_n(&entry->stack, __ATOMIC_RELAXED);
	sample->born_s = __atomic_load_n(&entry->born_s, __ATOMIC_RELAXED);
	sample->bytes = __atomic_load_n(&entry->bytes, __ATOMIC_RELAXED);
	sample->weight = __atomic_load_n(&entry->weight, __ATOMIC_RELAXED);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return __atomic_load_n(&entry->address, __ATOMIC_RELAXED) == sample->address;
}

static bool has_entries(size_t bucket)
{
	return __atomic_load_n(&live_counts[bucket], __ATOMIC_RELAXED) != 0;
}

bool live_next(size_t *slot, struct live_sample *sample)
{
	const size_t two = (size_t)2 * LIVE_WAYS;

	while (get_table() && *slot < LIVE_SLOTS) {
		size_t bucket = *slot / LIVE_WAYS;

		/* Unused pages stay untouched. */
		if (*slot % two == 0 && !has_entries(bucket) && !has_entries(bucket ^ 1))
			*slot += two;
		else if (read_slot((*slot)++, sample))
			return true;
	}
	return false;
}
