/* lazy: a library that allocates only when the program calls it. */
#include <stdlib.h>

void *lazy_make(size_t size);

void *lazy_make(size_t size)
{
	return malloc(size);
}
