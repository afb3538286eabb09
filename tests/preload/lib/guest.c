/* guest: a library that allocates in its constructor, in use and in its destructor. */
#include <stdlib.h>

static void *kept;
static __thread char own[200];

void *guest_make(size_t size);
void guest_destroy(void *object);

__attribute__((constructor)) static void construct(void)
{
	kept = malloc(10);
}

__attribute__((destructor)) static void destruct(void)
{
	free(kept);
}

void *guest_make(size_t size)
{
	char *object = malloc(size);

	if (object != NULL && size > 0)
		object[0] = own[size % sizeof(own)]++;
	return object;
}

void guest_destroy(void *object)
{
	free(object);
}
