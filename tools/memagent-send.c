/*
 * memagent-send: delivers files of line protocol, with the agent's own settings and care.
 *
 * usage: memagent-send [--remove] FILE...
 *
 * For what MEMAGENT_SPOOL has kept, and what was written to a file:// destination.  Where to, say
 * the variables MEMAGENT_URL and so on; see memagent-run --help.  Exits with 0 when all is
 * delivered.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/backlog.h"
#include "agent/clock.h"
#include "agent/delivery.h"
#include "agent/destination.h"
#include "agent/load.h"
#include "agent/log.h"
#include "agent/options.h"
#include "agent/url.h"

#define PATIENCE_NS (30 * CLOCK_S)

static struct options options;
static struct destination destination;
static struct backlog backlog;
static struct delivery delivery;

/* It is built in here. */
extern transport_entry memagent_transport_1;

/* NOLINTNEXTLINE(readability-non-const-parameter): the agent's loader writes to it */
const struct transport *load_http(char *error, size_t size)
{
	(void)error;
	(void)size;
	return memagent_transport_1();
}

static const char *from_environment(const char *name)
{
	return getenv(name);
}

static void nothing(void)
{
}

static void usage(FILE *out)
{
	fputs("usage: memagent-send [--remove] FILE...\n"
	      "Deliver files of line protocol to where MEMAGENT_URL and the other variables say\n"
	      "(memagent-run --help lists them).\n\n"
	      "  --remove  remove each file when all of it is delivered\n"
	      "  --help    print this text\n",
	      out);
}

/* Send what waits until half of the backlog is free, or all of it.  Return 0, or -1 when it cannot.
 */
static int drain(size_t until_used)
{
	int64_t give_up = clock_mono_ns() + PATIENCE_NS;

	while (backlog.used > until_used || delivery_is_busy(&delivery)) {
		uint64_t before = backlog.first;

		delivery_step(&delivery, CLOCK_S);
		if (!delivery_is_busy(&delivery) && delivery_due_ns(&delivery) != INT64_MAX)
			usleep(1000);
		if (backlog.first != before)
			give_up = clock_mono_ns() + PATIENCE_NS;
		if (clock_mono_ns() > give_up)
			return -1;
	}
	return 0;
}

/* Return the number of lines sent, or -1 when it cannot be read or sent, and it has been said why.
 */
static long send_file(const char *name)
{
	FILE *file = fopen(name, "re");
	char *line = NULL;
	size_t size = 0;
	ssize_t n = 0;
	long lines = 0;
	int failed = 0;

	if (file == NULL) {
		fprintf(stderr, "memagent-send: %s: %s\n", name, strerror(errno));
		return -1;
	}
	while (!failed && (n = getline(&line, &size, file)) > 0) {
		if (line[n - 1] != '\n') {
			fprintf(stderr, "memagent-send: %s: the last line is not whole; left out\n",
				name);
			break;
		}
		if (n == 1 || line[0] == '#')
			continue;
		if ((size_t)n > DELIVERY_BATCH_BYTES) {
			fprintf(
			    stderr,
			    "memagent-send: %s: a line of over %d bytes; is this line protocol?\n",
			    name, DELIVERY_BATCH_BYTES);
			failed = 1;
			break;
		}
		if (backlog.size - backlog.used < (size_t)n)
			failed = drain(backlog.size / 2);
		backlog_add(&backlog, line, (size_t)n);
		lines++;
	}
	failed = drain(0) || failed || ferror(file);
	free(line);
	fclose(file);
	if (failed) {
		fprintf(stderr, "memagent-send: %s: not delivered; it is as it was\n", name);
		return -1;
	}
	return lines;
}

/* Return 0 when all of the file is where it belongs. */
static int deliver(const char *name, int remove_it)
{
	uint64_t dropped = delivery_dropped(&delivery);
	long lines = send_file(name);

	if (lines < 0)
		return -1;
	dropped = delivery_dropped(&delivery) - dropped;
	if (dropped) {
		fprintf(stderr, "memagent-send: %s: the server refused %llu of %ld points\n", name,
			(unsigned long long)dropped, lines);
		return -1;
	}
	printf("%s: %ld points delivered\n", name, lines);
	if (remove_it && unlink(name)) {
		fprintf(stderr, "memagent-send: %s: cannot be removed: %s\n", name,
			strerror(errno));
		return -1;
	}
	return 0;
}

static int open_all(void)
{
	options_read(&options, from_environment);
	log_remember();
	log_open("stderr", getpid(), false);
	if (options.problems[0]) {
		fputs(options.problems, stderr);
		return -1;
	}
	if (url_scheme(options.url) == URL_FILE) {
		fputs("memagent-send: MEMAGENT_URL names a file: name the server to send to\n",
		      stderr);
		return -1;
	}
	if (destination_open(&destination, &options, nothing, nothing))
		return -1;
	if (backlog_open(&backlog, (size_t)options.buffer)) {
		perror("memagent-send");
		return -1;
	}
	delivery_init(&delivery, destination.transport, destination.handle, &backlog);
	return 0;
}

int main(int argc, char **argv)
{
	int remove_it = 0, first = 1, failed = 0;

	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "--remove") == 0) {
		remove_it = 1;
		first = 2;
	}
	if (first == argc || argv[first][0] == '-') {
		usage(stderr);
		return 2;
	}
	if (open_all())
		return 2;
	for (int i = first; i < argc; i++)
		failed |= deliver(argv[i], remove_it) != 0;
	return failed;
}
