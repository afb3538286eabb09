/* first: a library whose constructor allocates; it may be the first to do so. */
#include <stdlib.h>

static void *volatile kept;

__attribute__((constructor)) static void begin(void)
{
	kept = malloc(100);
	free(kept);
}
