/*
 * main calls exit, and one of its exit handlers leaves the thread by pthread_exit: the remaining
 * handlers run, buffered output is written, and the process ends.  From glibc 2.41 on the thread
 * that called exit holds a lock, which every other thread that calls exit waits for.
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
