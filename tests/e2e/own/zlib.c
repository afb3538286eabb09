/*
 * A library that shows one name of zlib's to the world, for something else.
 */
#include <stdlib.h>

void deflate(void);
void deflate(void)
{
	abort();
}
