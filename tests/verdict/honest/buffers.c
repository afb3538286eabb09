/*
 * buffers: pools, arenas, queues, tables and buffers that reach their size and keep it, or are
 * emptied.
 */
#include "honest.h"

#include <math.h>
#include <stdlib.h>

SITE(pool_grow)
SITE(arena_chunk)
SITE(arena_kept_chunk)
SITE(connection_open)
SITE(log_line)
SITE(table_entry)
SITE(table_slots)
SITE(tree_node)
SITE(queue_push)
SITE(burst_push)
SITE(fragment)
SITE(block)

static void *things[100000];
static size_t used;

static void put(void *p)
{
	things[used++] = p;
}

static void *take_last(void)
{
	return things[--used];
}

static void replace(void **slot, void *p)
{
	free(*slot);
	*slot = p;
}

/* Objects are taken and given back; one is made only when none is left.  Demand swings by chance.
 */
static void *pooled[4000];
static size_t idle_objects;

static void round_pool(unsigned round)
{
	double wave = sin(round * (2 * M_PI / (7.0 * ROUNDS_A_SECOND)));
	size_t wanted = (size_t)(600 + 300 * wave + random_below(200));

	for (; used < wanted; put(idle_objects ? pooled[--idle_objects] : pool_grow(5000)))
		;
	while (used > wanted)
		pooled[idle_objects++] = take_last();
}

/* Each request takes up to sixty chunks and frees them all at its end. */
static void round_arena(unsigned round)
{
	put(arena_chunk(8192));
	put(arena_chunk(1 + random_below(8192)));
	if (round % 30 == 0)
		while (used)
			free(take_last());
}

/* As before, but the chunks are kept for the next request.  Few requests are large. */
static void round_arena_kept(unsigned round)
{
	static size_t next;
	size_t wanted;

	if (round % 20 == 0)
		next = 0;
	for (wanted = next + (size_t)(2 / sqrt(random_unit())); next < wanted && next < 2000;
	     next++)
		if (next == used)
			put(arena_kept_chunk(16384));
}

/* Up to fifty connections, opened on demand and closed after five idle seconds. */
static void round_connections(unsigned round)
{
	static unsigned last_use[50];
	uint32_t wanted = 1 + random_below(1 + random_below(50));

	if (round % 10)
		return;
	for (uint32_t i = 0; i < 50; i++) {
		if (i < wanted) {
			if (things[i] == NULL)
				things[i] = connection_open(64 * 1024);
			last_use[i] = round;
		} else if (round - last_use[i] > 5 * ROUNDS_A_SECOND) {
			replace(&things[i], NULL);
		}
	}
}

/* The last 6,000 lines are kept. */
static void round_log(unsigned round)
{
	replace(&things[2 * round % 6000], log_line(100 + random_below(500)));
	replace(&things[(2 * round + 1) % 6000], log_line(100 + random_below(500)));
}

static char *text;
static size_t text_bytes, text_room;

__attribute__((noinline)) static void append(size_t by)
{
	if (text_bytes + by > text_room) {
		text_room = text_room ? 2 * text_room : 2048;
		text = realloc(text, text_room);
		if (text == NULL)
			exit(2);
	}
	memset(text + text_bytes, 1, by);
	text_bytes += by;
}

/* A text is built for two seconds, and then freed. */
static void round_builder(unsigned round)
{
	append(800 + random_below(400));
	if (round % (2 * ROUNDS_A_SECOND) == 0) {
		free(text);
		text = NULL;
		text_bytes = text_room = 0;
	}
}

/* A vector grows for 40 s to its final 8 MiB. */
static void round_vector(unsigned round)
{
	if (round < 40 * ROUNDS_A_SECOND)
		append(1000);
	replace(&things[random_below(500)], block(1000));
}

/* A hash table grows with its entries for 30 s.  Then entries replace others. */
static void round_table(unsigned round)
{
	static void *slots;
	static size_t room, entries;

	if (round < 30 * ROUNDS_A_SECOND) {
		put(table_entry(1000));
		put(table_entry(1000));
		entries += 2;
	}
	if (entries > room) {
		room = room ? 2 * room : 64;
		replace(&slots, table_slots(room * 16));
	}
	for (int i = 0; i < 4; i++)
		replace(&things[random_below((uint32_t)entries)], table_entry(1000));
}

/* A table of a fixed number of entries is made twice as large, over and over, and then dropped. */
static void round_rehash(unsigned round)
{
	static void *slots;
	size_t step = round / 40 % 8;

	if (round % 40 == 0)
		replace(&slots, table_slots((size_t)16384 << step));
	replace(&things[random_below(3000)], table_entry(300));
}

struct node {
	struct node *child[3];
};

__attribute__((noinline)) static struct node *parse(unsigned depth)
{
	struct node *n = tree_node(48 + random_below(200));

	for (int i = 0; i < 3; i++)
		n->child[i] = depth && random_below(10) < 7 ? parse(depth - 1) : NULL;
	return n;
}

__attribute__((noinline)) static void drop(struct node *n)
{
	for (int i = 0; i < 3; i++)
		if (n->child[i])
			drop(n->child[i]);
	free(n);
}

/* Trees are parsed recursively.  The last twenty are kept. */
static void round_recursion(unsigned round)
{
	static struct node *trees[20];
	struct node **slot = &trees[round % 20];

	if (*slot)
		drop(*slot);
	*slot = parse(5);
}

/* The queue holds 4,000 at most: its writer is faster than its reader and has to wait. */
static void round_queue(unsigned round)
{
	static size_t written, read;

	for (int i = 0; i < 5 && written - read < 4000; i++)
		things[written++ % 4000] = queue_push(700);
	for (int i = 0; i < 3 && read < written; i++)
		free(things[read++ % 4000]);
	(void)round;
}

/* The reader is faster than the writer, on average; what comes in bursts has to wait. */
static void round_bursts(unsigned round)
{
	static size_t written, read;

	if (random_below(ROUNDS_A_SECOND) == 0)
		for (uint32_t n = 100 + random_below(700); n; n--)
			things[written++ % 100000] = burst_push(700);
	for (int i = 0; i < 3 && read < written; i++)
		free(things[read++ % 100000]);
	(void)round;
}

/* Nine of ten small objects are freed at random: live bytes are level, and holes remain. */
static void round_fragments(unsigned round)
{
	static void *lasting[2000];

	for (unsigned i = 0; i < 10; i++)
		replace(&things[random_below(20000)], fragment(16 + random_below(400)));
	replace(&lasting[random_below(2000)], fragment(16 + random_below(100)));
	(void)round;
}

/* 200 vectors grow to sizes of their own, and begin anew. */
static void round_vectors(unsigned round)
{
	static size_t sizes[200], ends[200];

	for (int i = 0; i < 4; i++) {
		uint32_t at = random_below(200);

		if (sizes[at] >= ends[at]) {
			replace(&things[at], NULL);
			sizes[at] = 0;
			ends[at] = 1000 + random_below(60000);
		}
		sizes[at] = sizes[at] ? sizes[at] * 2 : 512;
		things[at] = honest_write(realloc(things[at], sizes[at]), sizes[at]);
	}
	(void)round;
}

const struct mode modes[] = {
    {"pool", NULL, round_pool},
    {"arena", NULL, round_arena},
    {"arena_kept", NULL, round_arena_kept},
    {"connections", NULL, round_connections},
    {"log_ring", NULL, round_log},
    {"string_builder", NULL, round_builder},
    {"vector_doubling", NULL, round_vector},
    {"table_filling", NULL, round_table},
    {"rehash", NULL, round_rehash},
    {"recursion", NULL, round_recursion},
    {"queue_full", NULL, round_queue},
    {"queue_bursts", NULL, round_bursts},
    {"fragmentation", NULL, round_fragments},
    {"vectors", NULL, round_vectors},
    {0},
};
