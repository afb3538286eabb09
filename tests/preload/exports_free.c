/*
 * The program has its own free, which works only after its constructors.  The agent never calls it
 * before that, and reports that its calls are not counted.
 *
 * not-with-jemalloc: libc's free ends the program for what jemalloc made
 * wants-line: the program has its own free, which is not counted
 */
#include <stdbool.h>

#include "expect.h"

void __libc_free(void *object);

static bool is_ready;

static __attribute__((constructor)) void get_ready(void)
{
	is_ready = true;
}

void free(void *object)
{
	CHECK(is_ready);
	__libc_free(object);
}

int main(void)
{
	for (size_t size = 0; size < 1000; size++)
		free(malloc(size));
	expect("agent_coverage", "=", 0);
	expect("mallocs", "=", 1000);
	return 0;
}
