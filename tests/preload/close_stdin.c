/*
 * close(0), then open returns 0: the old way to replace standard input.  The agent never takes the
 * number in between.
 */
#include "expect.h"

int main(void)
{
	struct tally tally = {0};

	for (int i = 0; i < 20000; i++) {
		CHECK(close(STDIN_FILENO) == 0);
		tally_free(&tally, tally_malloc(&tally, 100));
		CHECK(open("/dev/null", O_RDONLY) == STDIN_FILENO);
	}
	tally_expect(&tally);
	return 0;
}
