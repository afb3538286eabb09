/*
 * main calls exit, and an exit handler calls pthread_exit.  The remaining handlers run, buffered
 * output is written, and the process ends.  (From glibc 2.41 on the thread that called exit keeps a
 * lock that every other call of exit waits for.)
 *
 * limit: 30
 */
#include <stdio.h>

#include "thread.h"

static struct tally tally;

static void last_handler(void)
{
	tally_free(&tally, tally_malloc(&tally, 100));
	tally_expect_at_least(&tally);
	printf("the last handler runs\n");
}

static void leave(void)
{
	pthread_exit(NULL);
}

int main(void)
{
	CHECK(atexit(last_handler) == 0);
	CHECK(atexit(leave) == 0);
	printf("buffered\n");
	return 0;
}
