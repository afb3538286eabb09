/* lazy: a library that allocates when it is told to, and not before. */
#include <stdlib.h>

void *lazy_make(size_t size);

void *lazy_make(size_t size)
{
	return malloc(size);
}
