/*
 * realloc in every form: of NULL it makes an object, to size 0 it frees one, otherwise only the
 * bytes change.  A failed realloc leaves the object alone and counts no free.
 */
#include "expect.h"

static struct tally tally;

static void grow_and_shrink(void)
{
	char *object = tally_realloc(&tally, NULL, 10);

	memcpy(object, "123456789", 10);
	for (size_t size = 20; size < 100000; size += size / 3)
		object = tally_realloc(&tally, object, size);
	for (size_t size = 100000; size > 10; size -= size / 3)
		object = tally_realloc(&tally, object, size);
	CHECK(memcmp(object, "123456789", 10) == 0);
	/* In place: the usable size does not change. */
	object = tally_realloc(&tally, object, malloc_usable_size(object));
	tally_free(&tally, object);
}

static void to_nothing(void)
{
	void *object = tally_realloc(&tally, tally_malloc(&tally, 100), 0);

	/* Some allocators return an object of no bytes; glibc's frees. */
	if (object != NULL)
		tally_free(&tally, object);
	tally_free(&tally, tally_realloc(&tally, NULL, 0));
}

static void failing(void)
{
	void *(*volatile array)(void *, size_t, size_t) = reallocarray;
	/* Hidden from the compiler, which would warn about impossible sizes. */
	volatile size_t huge = PTRDIFF_MAX;
	volatile size_t half = SIZE_MAX / 2;
	char *object = tally_malloc(&tally, 5);

	memcpy(object, "four", 5);
	CHECK(tally_realloc(&tally, object, huge) == NULL);
	/* Through another pointer: gcc 14 assumes that the object is freed. */
	CHECK(array(object, half, 3) == NULL);
	tally.failed++;
	CHECK(strcmp(object, "four") == 0);
	tally_free(&tally, object);
}

static void arrays(void)
{
	size_t before;
	void *object = tally_made(&tally, reallocarray(NULL, 10, 10), 100);

	before = malloc_usable_size(object);
	object = tally_resized(&tally, before, reallocarray(object, 100, 100), 10000);
	tally_free(&tally, object);
}

int main(void)
{
	grow_and_shrink();
	to_nothing();
	failing();
	arrays();
	tally_expect(&tally);
	return 0;
}
