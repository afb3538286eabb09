/*
 * daemon(3), then all descriptors are closed, as daemons do.  The daemon has an agent and a last
 * point, and gets the descriptors that it expects.
 */
#include "expect.h"

int main(void)
{
	struct tally tally = {0};

	tally_malloc(&tally, 1000);
	expect("processes", "=", 1);
	CHECK(daemon(0, 0) == 0);
	closefrom(0);
	for (int number = 0; number < 10; number++)
		CHECK(open("/", O_RDONLY) == number);
	closefrom(0);
	tally_malloc(&tally, 2000);
	tally_expect(&tally);
	return 0;
}
