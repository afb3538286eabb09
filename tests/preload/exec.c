/*
 * exec keeps the pid.  The new program is another service here: its counters begin at zero, and the
 * last point is its own.
 */
#include "exec_again.h"

int main(int argc, char **argv)
{
	struct tally tally = {0};

	(void)argv;
	for (int i = 0; i < (is_second_run(argc) ? 7 : 10000); i++)
		tally_malloc(&tally, 100);
	if (!is_second_run(argc))
		exec_again();
	tally_expect(&tally);
	return 0;
}
