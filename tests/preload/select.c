/*
 * select takes no descriptor of 1024 or more, so programs rely on low numbers.  All low numbers are
 * the program's, and it can wait for each.
 *
 * with-ulimit: -S -n 1024
 */
#include <sys/select.h>

#include "expect.h"

/* Use up all free numbers with copies of ${fd}. */
static void fill(int fd)
{
	for (int i = fd + 1; i < FD_SETSIZE; i++)
		CHECK(dup(fd) == i);
	CHECK(dup(fd) == -1 && errno == EMFILE);
}

int main(void)
{
	struct tally tally = {0};
	int end[2];

	closefrom(3);
	for (int i = 0; i < 100; i++) {
		struct timeval never = {60, 0};
		fd_set set;

		CHECK(pipe(end) == 0 && end[0] == 3 && end[1] == 4);
		tally_free(&tally, tally_malloc(&tally, 100));
		CHECK(write(end[1], "x", 1) == 1);
		CHECK(dup2(end[0], end[1]) == end[1]);
		fill(end[1]);
		FD_ZERO(&set);
		for (int fd = 3; fd < FD_SETSIZE; fd++)
			FD_SET(fd, &set);
		CHECK(select(FD_SETSIZE, &set, NULL, NULL, &never) == FD_SETSIZE - 3);
		closefrom(3);
	}
	tally_expect(&tally);
	return 0;
}
