/*
 * growth: an array that realloc grows by 64 bytes at a time to 8 KiB, while other objects are made.
 * One operation is one realloc.
 */
#include "bench.h"

enum { STEP = 64, LIMIT = 8192, BESIDE = 16 };

static void bench_run(struct bench *self, uint64_t count)
{
	char *array = NULL;
	size_t size = 0;
	void *beside[BESIDE] = {NULL};

	for (uint64_t i = 0; i < count; i++) {
		size += STEP;
		array = realloc(array, size);
		array[size - 1] = 1;
		if (size % 1024 == 0) {
			void **object = &beside[bench_random(self) % BESIDE];

			free(*object);
			*object = bench_object(STEP);
		}
		if (size == LIMIT) {
			free(array);
			array = NULL;
			size = 0;
		}
	}
	free(array);
	for (int i = 0; i < BESIDE; i++)
		free(beside[i]);
}

int main(int argc, char **argv)
{
	return bench_main(argc, argv, 1000000);
}
