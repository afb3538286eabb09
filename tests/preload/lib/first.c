/* first: a library whose constructor allocates, possibly as the first in the process. */
#include <stdlib.h>

static void *volatile kept;

__attribute__((constructor)) static void begin(void)
{
	kept = malloc(100);
	free(kept);
}
