/*
 * pvalloc makes whole pages; the books hold what the caller asked for, and all of
 * what it got.  (Apart from the others, because not every allocator has it.)
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
