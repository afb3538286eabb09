/*
 * An LD_AUDIT library runs in a namespace with its own libc.  Its allocations are not counted, and
 * the agent reports that.
 *
 * wants-line: is in another namespace of the dynamic linker (dlmopen or LD_AUDIT)
 * with-env: LD_AUDIT={lib}/libaudit.so
 * not-with-jemalloc: with LD_AUDIT no library with 2.6 KB of static TLS can be preloaded
 */
#include "expect.h"

int main(void)
{
	struct tally tally = {0};

	for (size_t size = 0; size < 5000; size++)
		tally_free(&tally, tally_realloc(&tally, tally_malloc(&tally, size), 2 * size + 1));
	tally_expect_at_least(&tally);
	/* What the dynamic linker keeps for the audit library. */
	expect("heap_objects", "<=", 10);
	expect("agent_coverage", "=", 0);
	return 0;
}
