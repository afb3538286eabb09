/*
 * The program starts without standard streams.  What the agent opens never becomes the program's
 * descriptor 0, 1 or 2, or a log line would go into its first file.
 */
#include "exec_again.h"

int main(int argc, char **argv)
{
	struct tally tally = {0};

	(void)argv;
	if (!is_second_run(argc)) {
		closefrom(0);
		exec_again();
	}
	for (int number = 0; number < 5; number++) {
		tally_free(&tally, tally_malloc(&tally, 100));
		CHECK(open("/", O_RDONLY) == number);
	}
	tally_expect(&tally);
	return 0;
}
