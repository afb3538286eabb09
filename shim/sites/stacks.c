/*
 * Invariants:
 *
 * 1. users counts the live samples of a stack, and the threads that are about to add one.  Only
 *    with 0 users can the sidecar make it negative (RETIRING), and only then change the stack.
 * 2. A thread uses a stack only if its hash was right after users was increased from 0 or more.
 * 3. Frames are written before the stack's chunks are published, and do not change after that.
 * 4. Two entries may have the same hash, after a race.  Readers add them up.
 */
#include "shim/sites/stacks.h"

#include "shim/cc.h"
#include "shim/map.h"

#define CHUNK_FRAMES 32U
#define CHUNKS 8192U
#define PROBES 32U
#define RETIRED 1 /* as a hash: the entry can be used again */
#define RETIRING (INT32_MIN / 2)

struct stack {
	uint64_t hash;	 /* 0: never used */
	uint64_t chunks; /* four numbers of 16 bits; a chunk's number is its index + 1 */
	int32_t users;
	uint16_t n;
	uint16_t end;
	struct stack_totals totals;
} __attribute__((aligned(64)));

struct tables {
	uint8_t is_used[STACKS]; /* or was: readers leave the other pages untouched */
	struct stack stacks[STACKS];
	uint32_t links[CHUNKS]; /* of each free chunk: the next one's number */
	uint64_t chunks[CHUNKS][CHUNK_FRAMES];
};

static void *tables; /* struct tables, or NULL */

/* Low half: a chunk's number; high half: a count of changes, against ABA. */
static uint64_t free_chunks;
static uint32_t chunks_made;
static uint32_t stacks_made;

static struct tables *get_tables(void)
{
	return __atomic_load_n(&tables, __ATOMIC_ACQUIRE);
}

bool stacks_open(void)
{
	return map_once(&tables, sizeof(struct tables)) != NULL;
}

static uint64_t *frames_of(uint32_t number)
{
	return get_tables()->chunks[number - 1];
}

static uint32_t *link_of(uint32_t number)
{
	return &get_tables()->links[number - 1];
}

static void put_chunk(uint32_t number)
{
	uint64_t head = __atomic_load_n(&free_chunks, __ATOMIC_RELAXED);
	uint64_t next;

	if (number == 0)
		return;
	do {
		__atomic_store_n(link_of(number), (uint32_t)head, __ATOMIC_RELAXED);
		next = ((head >> 32) + 1) << 32 | number;
	} while (!__atomic_compare_exchange_n(&free_chunks, &head, next, true, __ATOMIC_RELEASE,
					      __ATOMIC_RELAXED));
}

/* Return the number of a chunk, or 0. */
static uint32_t take_chunk(void)
{
	uint64_t head = __atomic_load_n(&free_chunks, __ATOMIC_ACQUIRE);
	uint32_t made;

	while ((uint32_t)head) {
		/* The link may be stale if another thread was faster; then the exchange fails. */
		uint64_t next = ((head >> 32) + 1) << 32 |
				__atomic_load_n(link_of((uint32_t)head), __ATOMIC_RELAXED);

		if (__atomic_compare_exchange_n(&free_chunks, &head, next, true, __ATOMIC_ACQUIRE,
						__ATOMIC_ACQUIRE))
			return (uint32_t)head;
	}
	made = __atomic_load_n(&chunks_made, __ATOMIC_RELAXED);
	do {
		if (made >= CHUNKS)
			return 0;
	} while (!__atomic_compare_exchange_n(&chunks_made, &made, made + 1, true, __ATOMIC_RELAXED,
					      __ATOMIC_RELAXED));
	return made + 1;
}

static void put_chunks(uint64_t chunks)
{
	for (; chunks; chunks >>= 16)
		put_chunk(chunks & 0xffff);
}

/* Copy the frames into new chunks.  Return their numbers, or 0. */
static uint64_t store_frames(const struct walk_stack *stack, stacks_source *source)
{
	uint64_t chunks = 0;

	for (size_t at = 0; at < stack->n; at += CHUNK_FRAMES) {
		uint32_t number = take_chunk();

		chunks |= (uint64_t)number << (16 * (at / CHUNK_FRAMES));
		if (number == 0 ||
		    !source(stack, (struct walk_copy){frames_of(number), at, CHUNK_FRAMES})) {
			put_chunks(chunks);
			return 0;
		}
	}
	return chunks;
}

/* Become a user of the entry, if it still has ${hash}. */
static bool add_user(struct stack *s, uint64_t hash)
{
	if (__atomic_fetch_add(&s->users, 1, __ATOMIC_ACQUIRE) >= 0 &&
	    __atomic_load_n(&s->hash, __ATOMIC_RELAXED) == hash)
		return true;
	__atomic_fetch_sub(&s->users, 1, __ATOMIC_RELEASE);
	return false;
}

/* Return the entry with ${hash}, or with an empty one that now has it, with one user more. */
static struct stack *find_or_add(uint64_t hash)
{
	struct stack *stacks = get_tables()->stacks;

	for (int may_add = 0; may_add < 2; may_add++)
		for (unsigned i = 0; i < PROBES; i++) {
			struct stack *s = &stacks[1 + (hash + i) % (STACKS - 1)];
			uint64_t had = __atomic_load_n(&s->hash, __ATOMIC_RELAXED);

			if (had == 0 && !may_add)
				break;
			if (had == hash && add_user(s, hash))
				return s;
			if (!may_add || had > RETIRED)
				continue;
			if (!__atomic_compare_exchange_n(&s->hash, &had, hash, false,
							 __ATOMIC_RELAXED, __ATOMIC_RELAXED))
				continue;
			__atomic_store_n(&get_tables()->is_used[s - stacks], 1, __ATOMIC_RELAXED);
			if (add_user(s, hash)) {
				__atomic_fetch_add(&stacks_made, 1, __ATOMIC_RELAXED);
				return s;
			}
		}
	return NULL;
}

/* Store the entry's frames, unless they are stored already.  Return whether they are stored. */
static bool set_frames(struct stack *s, const struct walk_stack *stack, stacks_source *source)
{
	uint64_t chunks, none = 0;

	if (__atomic_load_n(&s->chunks, __ATOMIC_RELAXED))
		return true;
	chunks = store_frames(stack, source);
	if (chunks == 0)
		return false;
	__atomic_store_n(&s->n, (uint16_t)stack->n, __ATOMIC_RELAXED);
	__atomic_store_n(&s->end, (uint16_t)stack->end, __ATOMIC_RELAXED);
	if (!__atomic_compare_exchange_n(&s->chunks, &none, chunks, false, __ATOMIC_RELEASE,
					 __ATOMIC_RELAXED))
		put_chunks(chunks);
	return true;
}

unsigned stacks_enter(const struct walk_stack *stack, stacks_source *source)
{
	struct stack *s;
	unsigned index;

	if (stack->n == 0 || stack->n > STACKS_FRAMES)
		return 0;
	s = find_or_add(stack->hash > RETIRED ? stack->hash : RETIRED + 1);
	if (s == NULL)
		return 0;
	index = (unsigned)(s - get_tables()->stacks);
	if (set_frames(s, stack, source))
		return index;
	stacks_leave(index);
	stacks_retire(index);
	return 0;
}

void stacks_leave(unsigned index)
{
	if (index)
		__atomic_fetch_sub(&get_tables()->stacks[index].users, 1, __ATOMIC_RELEASE);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the builtin writes to it */
static void add_to(uint64_t *total, uint64_t n)
{
	__atomic_fetch_add(total, n, __ATOMIC_RELEASE);
}

void stacks_count_made(unsigned index, uint64_t bytes, uint64_t objects)
{
	add_to(&get_tables()->stacks[index].totals.alloc_bytes, bytes);
	add_to(&get_tables()->stacks[index].totals.alloc_objects, objects);
}

void stacks_count_freed(unsigned index, uint64_t bytes, uint64_t objects)
{
	add_to(&get_tables()->stacks[index].totals.freed_bytes, bytes);
	add_to(&get_tables()->stacks[index].totals.freed_objects, objects);
}

unsigned stacks_used(void)
{
	return __atomic_load_n(&stacks_made, __ATOMIC_RELAXED);
}

static uint64_t load(const uint64_t *total)
{
	return __atomic_load_n(total, __ATOMIC_ACQUIRE);
}

/* Read what was freed first, so that no total has more freed than made. */
static void read_totals(const struct stack *s, struct stack_totals *totals)
{
	totals->freed_objects = load(&s->totals.freed_objects);
	totals->freed_bytes = load(&s->totals.freed_bytes);
	totals->alloc_objects = load(&s->totals.alloc_objects);
	totals->alloc_bytes = load(&s->totals.alloc_bytes);
}

uint64_t stacks_read(unsigned index, struct stack_totals *totals)
{
	const struct stack *s;
	uint64_t hash;

	if (get_tables() == NULL ||
	    (index && !__atomic_load_n(&get_tables()->is_used[index], __ATOMIC_RELAXED)))
		return 0;
	s = &get_tables()->stacks[index];
	hash = __atomic_load_n(&s->hash, __ATOMIC_RELAXED);
	read_totals(s, totals);
	if (index == 0)
		return 1;
	return hash > RETIRED ? hash : 0;
}

size_t stacks_copy(unsigned index, uint64_t *frames, unsigned *end)
{
	const struct stack *s = &get_tables()->stacks[index];
	uint64_t chunks = load(&s->chunks);
	size_t n = chunks ? s->n : 0;

	*end = s->end;
	for (size_t i = 0; i < n; i++) {
		uint32_t number = chunks >> (16 * (i / CHUNK_FRAMES)) & 0xffff;

		frames[i] = frames_of(number)[i % CHUNK_FRAMES];
	}
	return n;
}

bool stacks_retire(unsigned index)
{
	struct stack *s = &get_tables()->stacks[index];
	int32_t none = 0;
	uint64_t chunks;

	if (index == 0 || __atomic_load_n(&s->hash, __ATOMIC_RELAXED) <= RETIRED ||
	    !__atomic_compare_exchange_n(&s->users, &none, RETIRING, false, __ATOMIC_ACQUIRE,
					 __ATOMIC_RELAXED))
		return false;
	stacks_count_made(0, s->totals.alloc_bytes, s->totals.alloc_objects);
	stacks_count_freed(0, s->totals.freed_bytes, s->totals.freed_objects);
	s->totals = (struct stack_totals){0};
	chunks = s->chunks;
	__atomic_store_n(&s->chunks, 0, __ATOMIC_RELAXED);
	put_chunks(chunks);
	__atomic_store_n(&s->hash, RETIRED, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&stacks_made, 1, __ATOMIC_RELAXED);
	__atomic_fetch_sub(&s->users, RETIRING, __ATOMIC_RELEASE);
	return true;
}
