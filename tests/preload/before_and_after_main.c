/*
 * malloc before and after main: in a preinit function, a constructor, exit handlers and a
 * destructor.  The last point is taken after all of them.
 */
#include "expect.h"

static struct tally tally;
static void *early;

static void before_all(int argc, char **argv, char **environment)
{
	(void)argc, (void)argv, (void)environment;
	early = tally_malloc(&tally, 11);
}

__attribute__((section(".preinit_array"), used)) static void (*const preinit)(int, char **,
									      char **) = before_all;

__attribute__((constructor)) static void construct(void)
{
	tally_free(&tally, early);
	early = tally_malloc(&tally, 22);
}

static void at_exit(void)
{
	tally_free(&tally, early);
	early = tally_malloc(&tally, 33);
}

__attribute__((destructor)) static void destruct(void)
{
	tally_free(&tally, tally_realloc(&tally, early, 44));
	tally_free(&tally, tally_malloc(&tally, 55));
	CHECK(tally.mallocs == 4 && tally.mallocs == tally.frees);
	tally_expect(&tally);
}

int main(void)
{
	CHECK(atexit(at_exit) == 0);
	return 0;
}
