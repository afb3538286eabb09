/* pair: malloc and free of one size, one right after the other, so that everything is cached. */
#include "bench.h"

static void bench_run(struct bench *self, uint64_t count)
{
	(void)self;
	while (count-- > 0)
		free(bench_object(100));
}

int main(int argc, char **argv)
{
	return bench_main(argc, argv, 8000000);
}
