/*
 * A prefork server: its workers are forked, do not exec, and accept from one port.  Each reports
 * its own exact counts.  When the last worker has ended, the port is free.
 */
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#include "expect.h"

enum { WORKERS = 4, LONGEST_MS = 400 };

static long long now_ms(void)
{
	struct timespec now;

	CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
	return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static int listen_on(struct sockaddr_in *address)
{
	socklen_t length = sizeof(*address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	CHECK(fd == 3);
	CHECK(bind(fd, (struct sockaddr *)address, sizeof(*address)) == 0);
	CHECK(listen(fd, 100) == 0);
	CHECK(getsockname(fd, (struct sockaddr *)address, &length) == 0);
	return fd;
}

/* Answer requests one after another, until one asks to stop. */
static void work(int port, struct tally *tally)
{
	char request = ' ';

	while (request != 'q') {
		int fd = accept(port, NULL, NULL);
		void *object;

		CHECK(fd == 4);
		CHECK(read(fd, &request, 1) == 1);
		object = tally_malloc(tally, 100);
		tally_free(tally, tally_realloc(tally, object, 1000));
		tally_malloc(tally, 10);
		CHECK(write(fd, "+", 1) == 1);
		CHECK(close(fd) == 0);
	}
	expect("points", ">=", 2);
	tally_expect(tally);
	exit(0);
}

static void ask(const struct sockaddr_in *address, const char *request)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct linger at_once = {1, 0};
	char answer;

	CHECK(fd == 4);
	CHECK(connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0);
	CHECK(write(fd, request, 1) == 1);
	CHECK(read(fd, &answer, 1) == 1 && answer == '+');
	/* The connection leaves nothing in TIME_WAIT. */
	CHECK(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)) == 0);
	CHECK(close(fd) == 0);
}

int main(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	const long long end = now_ms() + LONGEST_MS;
	struct tally tally = {0};
	pid_t worker[WORKERS];
	int port;

	closefrom(3);
	port = listen_on(&address);
	tally_malloc(&tally, 5000);
	for (int i = 0; i < WORKERS; i++) {
		worker[i] = fork();
		CHECK(worker[i] >= 0);
		if (worker[i] == 0)
			work(port, &tally);
	}
	while (now_ms() < end)
		ask(&address, "x");
	for (int i = 0; i < WORKERS; i++)
		ask(&address, "q");
	for (int i = 0; i < WORKERS; i++)
		expect_child(worker[i]);
	CHECK(close(port) == 0);
	CHECK(listen_on(&address) == 3);
	expect("processes", "=", WORKERS + 1);
	tally_expect(&tally);
	return 0;
}
