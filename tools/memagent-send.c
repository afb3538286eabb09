/*
 * memagent-send: delivers files of line protocol, with the agent's own settings and care.
 *
 * usage: memagent-send [--remove] FILE...
 *
 * For what MEMAGENT_SPOOL has kept, and what was written to a file:// destination.  Where to, say
 * the variables MEMAGENT_URL and so on; see memagent-run --help.  Exits with 0 when all is
 * delivered.
 *
 * While it reads a file it holds the lock that the agents take which append to it or deliver it, so
 * that nothing is added between the last line and the end.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/deliver/backlog.h"
#include "agent/base/clock.h"
#include "agent/deliver/delivery.h"
#include "agent/deliver/destination.h"
#include "agent/deliver/load.h"
#include "agent/deliver/torn.h"
#include "agent/base/log.h"
#include "agent/settings/options.h"
#include "agent/settings/url.h"

#define PATIENCE_NS (30 * CLOCK_S)
#define LOCK_PATIENCE_NS (5 * CLOCK_S)

static struct options options;
static struct destination destination;
static struct backlog backlog;
static struct delivery delivery;

/* It is built in here. */
extern transport_entry memagent_transport_2;

/* NOLINTNEXTLINE(readability-non-const-parameter): the agent's loader writes to it */
const struct transport *load_http(char *error, size_t size)
{
	(void)error;
	(void)size;
	return memagent_transport_2();
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
	      "  --remove       remove each file when all of it is delivered\n"
	      "  -h, --help     print this text\n"
	      "  -v, --version  print the version\n",
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

static FILE *failed_to_open(const char *name, const char *why)
{
	fprintf(stderr, "memagent-send: %s: %s\n", name, why);
	return NULL;
}

/* Return 0, or -1 with errno; EWOULDBLOCK when somebody else goes on holding the lock. */
static int lock(FILE *file, int how)
{
	int64_t give_up = clock_mono_ns() + LOCK_PATIENCE_NS;
	int failed;

	while ((failed = flock(fileno(file), how | LOCK_NB)) != 0 && errno == EWOULDBLOCK &&
	       clock_mono_ns() < give_up)
		usleep(1000);
	return failed;
}

/* Return the file with its lock, or NULL after saying why not. */
static FILE *open_locked(const char *name, bool remove_it)
{
	FILE *file = fopen(name, "re");
	struct stat st;

	if (file == NULL)
		return failed_to_open(name, strerror(errno));
	if (lock(file, remove_it ? LOCK_EX : LOCK_SH) || fstat(fileno(file), &st)) {
		failed_to_open(name, errno == EWOULDBLOCK ? "somebody else holds a lock on it"
							  : strerror(errno));
	} else if (st.st_nlink == 0) {
		failed_to_open(name, "somebody else has just delivered it");
	} else {
		return file;
	}
	fclose(file);
	return NULL;
}

/* Return the length of the next line, 0 at the end, or -1 when that is no line to be sent. */
static ssize_t next_line(const char *name, FILE *file, char **line, size_t *size)
{
	ssize_t n = getline(line, size, file);

	if (n < 0)
		return ferror(file) ? -1 : 0;
	if ((*line)[n - 1] != '\n') {
		fprintf(stderr, "memagent-send: %s: the last line is not whole; left out\n", name);
		return -1;
	}
	if ((size_t)n > DELIVERY_BATCH_BYTES) {
		fprintf(stderr,
			"memagent-send: %s: a line of over %d bytes; is this line protocol?\n",
			name, DELIVERY_BATCH_BYTES);
		return -1;
	}
	return n;
}

/* Return whether all of the file has been sent, with the number of lines that were in ${lines}. */
static bool send_file(const char *name, FILE *file, long *lines)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t n = 0;
	bool sent = true;
	long torn = 0;

	*lines = 0;
	while (sent && (n = next_line(name, file, &line, &size)) > 0) {
		if (torn_is(line, (size_t)n))
			torn++;
		if (n == 1 || line[0] == '#' || torn_is(line, (size_t)n))
			continue;
		if (backlog.size - backlog.used < (size_t)n)
			sent = drain(backlog.size / 2) == 0;
		backlog_add(&backlog, line, (size_t)n);
		++*lines;
	}
	sent = drain(0) == 0 && sent;
	free(line);
	if (torn)
		fprintf(
		    stderr,
		    "memagent-send: %s: %ld half lines of processes that were killed; left out\n",
		    name, torn);
	if (!sent)
		fprintf(stderr, "memagent-send: %s: not delivered; it is as it was\n", name);
	return sent && n == 0;
}

/* Return whether none of them was refused, or too long to send. */
static bool arrived(const char *name, uint64_t dropped, long lines)
{
	if (dropped == 0)
		return true;
	fprintf(stderr, "memagent-send: %s: %llu of %ld points %s\n", name,
		(unsigned long long)dropped, lines,
		backlog.longest ? "are too long for a datagram" : "were refused by the server");
	return false;
}

/* Return 0 when all of the file is where it belongs. */
static int deliver(const char *name, bool remove_it)
{
	uint64_t before = delivery_dropped(&delivery);
	FILE *file = open_locked(name, remove_it);
	bool is_done;
	long lines;

	if (file == NULL)
		return -1;
	is_done = send_file(name, file, &lines);
	is_done = arrived(name, delivery_dropped(&delivery) - before, lines) && is_done;
	if (is_done)
		printf("%s: %ld points delivered\n", name, lines);
	if (is_done && remove_it && unlink(name)) {
		fprintf(stderr, "memagent-send: %s: cannot be removed: %s\n", name,
			strerror(errno));
		is_done = false;
	}
	fclose(file);
	return is_done ? 0 : -1;
}

static int open_all(void)
{
	options_read(&options, from_environment);
	log_remember();
	log_open("stderr", getpid(), NULL);
	fputs(options.problems, stderr);
	if (options.invalid)
		return -1;
	if (url_scheme(options.url) == URL_FILE) {
		fputs("memagent-send: MEMAGENT_URL names a file: name the server to send to\n",
		      stderr);
		return -1;
	}
	destination_read(&destination, &options);
	if (destination_open(&destination, &options, nothing, nothing))
		return -1;
	if (backlog_open(&backlog, (size_t)options.buffer)) {
		perror("memagent-send");
		return -1;
	}
	delivery_init(&delivery, destination.transport, destination.handle, &backlog);
	return 0;
}

static bool is_option(const char *text, const char *letter, const char *word)
{
	return strcmp(text, letter) == 0 || strcmp(text, word) == 0;
}

int main(int argc, char **argv)
{
	int first = 1, failed = 0;
	bool remove_it = false;

	if (argc > 1 && is_option(argv[1], "-h", "--help")) {
		usage(stdout);
		return 0;
	}
	if (argc > 1 && is_option(argv[1], "-v", "--version")) {
		puts("memagent-send " MEMAGENT_VERSION);
		return 0;
	}
	if (argc > 1 && strcmp(argv[1], "--remove") == 0) {
		remove_it = true;
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
