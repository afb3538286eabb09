/*
 * daemon(3), and every descriptor closed as daemons do: the one that lives on has
 * an agent and a last point, and its numbers are its own (uftrace#1883).
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
