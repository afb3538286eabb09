/*
 * main, the only thread, calls pthread_exit.  Handlers of on_exit and atexit run in order, and get
 * status 0.
 *
 * limit: 30
 */
#include <stdio.h>

#include "thread.h"

static void with_status(int status, void *name)
{
	printf("%s: status %d\n", (const char *)name, status);
}

static void without_status(void)
{
	printf("handler of atexit\n");
}

int main(void)
{
	static char first[] = "first", last[] = "last";

	CHECK(on_exit(with_status, last) == 0);
	CHECK(atexit(without_status) == 0);
	CHECK(on_exit(with_status, first) == 0);
	free(malloc(100));
	pthread_exit(NULL);
}
