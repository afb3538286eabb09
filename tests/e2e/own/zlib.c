/*
 * A library that exports another function under one of the names of zlib.
 */
#include <stdlib.h>

void deflate(void);
void deflate(void)
{
	abort();
}
