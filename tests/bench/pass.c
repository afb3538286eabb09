/*
 * pass: one thread makes objects and the next one frees them.  Threads 0 and 1, 2 and 3 ... are
 * pairs, so their number must be even.  One operation is one object passed.
 */
#include <stdatomic.h>

#include "bench.h"

enum { RING = 1024 };

struct ring {
	_Alignas(64) atomic_uint_fast64_t made;
	_Alignas(64) atomic_uint_fast64_t taken;
	void *object[RING];
};

static struct ring rings[BENCH_THREADS_MAX / 2];

static void produce(struct ring *ring, struct bench *self, uint64_t count)
{
	uint64_t at = atomic_load(&ring->made);

	for (const uint64_t end = at + count; at < end; at++) {
		while (at - atomic_load_explicit(&ring->taken, memory_order_acquire) == RING)
			sched_yield();
		ring->object[at % RING] = bench_object(16 + bench_random(self) % 512);
		atomic_store_explicit(&ring->made, at + 1, memory_order_release);
	}
}

static void consume(struct ring *ring, uint64_t count)
{
	uint64_t at = atomic_load(&ring->taken);

	for (const uint64_t end = at + count; at < end; at++) {
		while (at == atomic_load_explicit(&ring->made, memory_order_acquire))
			sched_yield();
		free(ring->object[at % RING]);
		atomic_store_explicit(&ring->taken, at + 1, memory_order_release);
	}
}

static void bench_run(struct bench *self, uint64_t count)
{
	struct ring *ring = &rings[self->index / 2];

	if (self->index % 2 == 0)
		produce(ring, self, count);
	else
		consume(ring, count);
}

int main(int argc, char **argv)
{
	if (argc < 2 || atoi(argv[1]) % 2 != 0) {
		fprintf(stderr, "usage: pass THREADS [COUNT], THREADS even\n");
		return 2;
	}
	return bench_main(argc, argv, 1000000);
}
