/*
 * Objects larger than M_MMAP_THRESHOLD have their own mapping, another chunk header and other
 * usable sizes. realloc moves them with mremap, and mallopt moves the threshold.  Sizes are right
 * in all cases.
 */
#include "expect.h"

static struct tally tally;

static void through_the_threshold(void)
{
	char *object = tally_malloc(&tally, 1000);

	object[999] = 'x';
	for (size_t size = 64 * 1024; size <= 16 << 20; size *= 2)
		object = tally_realloc(&tally, object, size);
	object = tally_realloc(&tally, object, (16 << 20) - 5000);
	object = tally_realloc(&tally, object, 300 * 1024);
	object = tally_realloc(&tally, object, 1000);
	CHECK(object[999] == 'x');
	tally_free(&tally, object);
}

static void every_way(size_t size)
{
	void *object;

	tally_free(&tally, tally_malloc(&tally, size));
	tally_free(&tally, tally_made(&tally, calloc(1, size), size));
	tally_free(&tally, tally_made(&tally, memalign(1 << 16, size), size));
	CHECK(posix_memalign(&object, 1 << 21, size) == 0);
	tally_made(&tally, object, size);
	object = tally_realloc(&tally, object, 2 * size);
	tally_free(&tally, object);
}

int main(void)
{
	/* Unless it is set, the threshold grows with each mapped object that is freed. */
	every_way(1 << 20);
	through_the_threshold();
	CHECK(mallopt(M_MMAP_THRESHOLD, 4096) == 1);
	for (size_t size = 4000; size < 40000; size += 1111)
		every_way(size);
	through_the_threshold();
	CHECK(mallopt(M_MMAP_MAX, 0) == 1);
	every_way(1 << 20);
	through_the_threshold();
	tally_expect(&tally);
	return 0;
}
