/*
 * slots: each thread has 1,024 objects.  One operation frees a random one and makes one of random
 * 16 to 527 bytes in its place.
 */
#include "bench.h"

enum { SLOTS = 1024, SIZE_MIN = 16, SIZE_RANGE = 512 };

static _Thread_local void *slot[SLOTS];

static void bench_run(struct bench *self, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		uint64_t random = bench_random(self);
		void **object = &slot[random % SLOTS];

		free(*object);
		*object = bench_object(SIZE_MIN + (random >> 32) % SIZE_RANGE);
	}
}

int main(int argc, char **argv)
{
	return bench_main(argc, argv, 4000000);
}
