/*
 * leaky: allocates 2 MiB a second, and frees it or not.
 *
 *   leaky KIND SECONDS [STATUS]
 *
 * KIND: leak keeps everything, honest frees everything, warm-up keeps what it allocates in the
 * first 14 seconds, and then rests.  It exits with STATUS, by default 0.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SIZE 4096
#define PAUSE_NS 2000000
#define WARM_UP_S 14

/* Where objects are kept, so that the compiler does not remove them. */
static void *volatile kept;

__attribute__((noinline)) static void *keep_for_ever(void)
{
	void *object = malloc(SIZE);

	if (object)
		memset(object, 1, SIZE);
	kept = object;
	return object;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	const struct timespec pause = {.tv_nsec = PAUSE_NS};
	double begin = now(), seconds;

	if (argc < 3)
		return 2;
	seconds = strtod(argv[2], NULL);
	for (double passed = 0; passed < seconds; passed = now() - begin) {
		bool rests = argv[1][0] == 'w' && passed > WARM_UP_S;
		void *object = rests ? NULL : keep_for_ever();

		if (argv[1][0] == 'h')
			free(object);
		nanosleep(&pause, NULL);
	}
	return argc > 3 ? atoi(argv[3]) : 0;
}
