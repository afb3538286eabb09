/* inner: the library that lib/outer.c loads. */
#include <stdlib.h>

void *inner_make(void);

void *inner_make(void)
{
	return malloc(100);
}
