/*
 * pvalloc makes whole pages.  The requested bytes are what the caller asked for, the allocated
 * bytes all that it got.  (A test of its own, because some allocators have no pvalloc.)
 */
#include "expect.h"

int main(void)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	struct tally tally = {0};
	void *object = tally_made(&tally, pvalloc(100), 100);

	CHECK((uintptr_t)object % page == 0 && malloc_usable_size(object) >= page);
	tally_free(&tally, object);
	tally_expect(&tally);
	return 0;
}
