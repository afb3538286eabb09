/* churn: short-lived threads that make and free a hundred objects.  One operation is one thread. */
#include "bench.h"

static void *live(void *unused)
{
	for (int i = 0; i < 100; i++)
		free(bench_object(100));
	return unused;
}

static void bench_run(struct bench *self, uint64_t count)
{
	pthread_t thread;

	(void)self;
	while (count-- > 0)
		if (pthread_create(&thread, NULL, live, NULL) == 0)
			pthread_join(thread, NULL);
}

int main(int argc, char **argv)
{
	return bench_main(argc, argv, 4000);
}
