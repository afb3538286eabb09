/*
 * When memory is exhausted, each failed call counts as one failure and as nothing else, for every
 * function and every size.  (Some calls succeed, because the allocator still finds a little
 * memory.)
 *
 * with-ulimit: -v 65536
 */
#include "expect.h"

enum { MOST = 200000, LARGE = 4000, HUGE = 64 * LARGE, SMALL = 200, ROUNDS = 3 };

static struct tally tally;
static uint64_t large; /* number of objects of LARGE bytes */
static void *object[MOST];

static void *book(void *made, size_t size)
{
	CHECK(made != NULL || errno == ENOMEM);
	errno = 0;
	large += made != NULL && size == LARGE;
	return tally_made(&tally, made, size);
}

/* Make objects of ${size} until that fails, from the ${count}th on.  Return how many exist.
 */
static size_t fill(size_t count, size_t size)
{
	while (count < MOST && (object[count] = book(malloc(size), size)) != NULL)
		count++;
	CHECK(count < MOST);
	return count;
}

static void attempt(void *made, size_t size)
{
	tally_free(&tally, book(made, size));
}

int main(void)
{
	size_t count = 0;
	void *aligned;

	for (int round = 0; round < ROUNDS; round++) {
		count = fill(count, LARGE);
		count = fill(count, SMALL);
		attempt(malloc(LARGE), LARGE);
		attempt(calloc(2, LARGE / 2), LARGE);
		attempt(malloc(HUGE), HUGE);
		attempt(realloc(NULL, HUGE), HUGE);
		attempt(aligned_alloc(64, HUGE), HUGE);
		attempt(memalign(64, HUGE), HUGE);
		attempt(valloc(HUGE), HUGE);
		/* The size that succeeded last is not the one that fails next. */
		tally_free(&tally, object[0]);
		object[0] = book(malloc(LARGE), LARGE);
		CHECK(object[0] != NULL);
		attempt(calloc(64, LARGE), HUGE);
		attempt(malloc(HUGE), HUGE);
		errno = posix_memalign(&aligned, 64, HUGE);
		attempt(errno ? NULL : aligned, HUGE);
		for (size_t half = count / 2; count > half;)
			tally_free(&tally, object[--count]);
	}
	CHECK(tally.failed > ROUNDS);
	while (count > 0)
		tally_free(&tally, object[--count]);
	expect("sizes_le_4096", "=", large);
	tally_expect(&tally);
	return 0;
}
