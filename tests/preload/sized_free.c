/*
 * sdallocx frees each object by its own size class.  A sampled object may have been moved to a
 * larger one, and its sample may not have been kept: here are more than the table can hold.
 */
#include "expect.h"

#define OBJECTS 200000
#define SIZE 1200 /* with a larger alignment, it is of another size class */

extern void *mallocx(size_t size, int flags) __attribute__((weak));
extern void sdallocx(void *p, size_t size, int flags) __attribute__((weak));

static void *objects[OBJECTS];

static void make_all(void)
{
	for (size_t i = 0; i < OBJECTS; i++) {
		objects[i] = mallocx(SIZE, 0);
		CHECK(objects[i] != NULL);
		*(size_t *)objects[i] = i;
	}
}

int main(void)
{
	if (mallocx == NULL || sdallocx == NULL)
		return 0;
	make_all();
	for (size_t i = 0; i < OBJECTS; i++)
		sdallocx(objects[i], SIZE, 0);
	/* An object that was freed into a wrong size class overlaps another one. */
	make_all();
	for (size_t i = 0; i < OBJECTS; i++)
		CHECK(*(size_t *)objects[i] == i);
	for (size_t i = 0; i < OBJECTS; i++)
		sdallocx(objects[i], SIZE, 0);
	return 0;
}
