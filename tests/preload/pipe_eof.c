/*
 * A pipe's reader sees end of file when the program closes the other side: no thread with its own
 * descriptor table keeps a copy.  The same holds for a listening port.
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "expect.h"

static void pipes(struct tally *tally)
{
	for (int i = 0; i < 2000; i++) {
		int end[2];
		char byte;

		CHECK(pipe(end) == 0);
		tally_free(tally, tally_malloc(tally, 100));
		CHECK(write(end[1], "x", 1) == 1);
		CHECK(close(end[1]) == 0);
		CHECK(read(end[0], &byte, 1) == 1);
		CHECK(read(end[0], &byte, 1) == 0);
		CHECK(close(end[0]) == 0);
	}
}

static int listen_on(struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	CHECK(fd >= 0);
	CHECK(bind(fd, (struct sockaddr *)address, sizeof(*address)) == 0);
	CHECK(listen(fd, 1) == 0);
	CHECK(getsockname(fd, (struct sockaddr *)address, &length) == 0);
	return fd;
}

/* The first bind takes any port; each of the others takes the same again. */
static void ports(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};

	for (int i = 0; i < 200; i++)
		CHECK(close(listen_on(&address)) == 0);
}

int main(void)
{
	struct tally tally = {0};

	pipes(&tally);
	ports();
	tally_expect(&tally);
	return 0;
}
