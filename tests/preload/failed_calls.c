/*
 * A failed call counts as one failure and as nothing else. errno stays what the allocator set:
 * ENOMEM for impossible sizes and for products that overflow. posix_memalign returns its error and
 * leaves errno alone.
 */
#include "expect.h"

static struct tally tally;

static void no_memory(void *object)
{
	CHECK(object == NULL && errno == ENOMEM);
	tally.failed++;
	errno = 0;
}

int main(void)
{
	/* Hidden from the compiler, which would warn about impossible sizes. */
	volatile size_t huge = PTRDIFF_MAX;
	volatile size_t half = SIZE_MAX / 2;
	volatile size_t most = SIZE_MAX;
	void *object = &tally;

	errno = 0;
	no_memory(malloc(huge));
	no_memory(malloc(most));
	no_memory(malloc(half + 2)); /* twice that is 2 */
	no_memory(calloc(1, half + 2));
	no_memory(calloc(1, huge));
	no_memory(calloc(half, 3));
	no_memory(calloc(3, half));
	no_memory(realloc(NULL, huge));
	no_memory(reallocarray(NULL, half, 3));
	object = tally_malloc(&tally, 100);
	no_memory(realloc(object, huge));
	no_memory(reallocarray(object, half, 3));
	tally_free(&tally, object);
	object = &tally;
	no_memory(memalign(64, huge));
	no_memory(aligned_alloc(64, (huge / 64) * 64));
	no_memory(valloc(huge));
	no_memory(pvalloc(huge));

	errno = EXDEV;
	CHECK(posix_memalign(&object, 3, 100) == EINVAL);
	CHECK(posix_memalign(&object, sizeof(void *) / 2, 100) == EINVAL);
	CHECK(posix_memalign(&object, 64, huge) == ENOMEM);
	CHECK(object == &tally);
	tally.failed += 3;
	tally_expect(&tally);
	return 0;
}
