/* inner: see lib/outer.c. */
#include <stdlib.h>

void *inner_make(void);

void *inner_make(void)
{
	return malloc(100);
}
