/*
 * memagent-send: delivers files of line protocol in the same way as the agent.
 *
 * usage: memagent-send [--remove] FILE...
 *
 * The files are those in MEMAGENT_SPOOL, or were written by a file:// destination.  MEMAGENT_URL
 * and the other variables (see memagent-run --help) name the server.  Exits with 0 if all is
 * delivered.
 *
 * While it reads a file, it holds the lock that agents take to append to or deliver it.  So no
 * point is appended between the last line read and the removal of the file.
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

/* The HTTP transport is linked in here. */
extern transport_entry memagent_transport_2;

/* NOLINTNEXTLINE(readability-non-const-parameter): the agent's load_http writes to it */
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

static void do_nothing(void)
{
}

static void usage(FILE *out)
{
	fputs(
	    "usage: memagent-send [--remove] FILE...\n"
	    "Deliver files of line protocol to the server that MEMAGENT_URL names.  memagent-run\n"
	    "--help lists this and other variables.\n\n"
	    "  --remove       remove each file after all its points are delivered\n"
	    "  -h, --help     print this text\n"
	    "  -v, --version  print the version\n",
	    out);
}

/* Send points until the backlog has at most ${until_used} bytes.  Return 0, or -1 on a time-out. */
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

/* Return 0, or -1 with errno; EWOULDBLOCK if another process keeps the lock for too long. */
static int lock(FILE *file, int how)
{
	int64_t give_up = clock_mono_ns() + LOCK_PATIENCE_NS;
	int failed;

	while ((failed = flock(fileno(file), how | LOCK_NB)) != 0 && errno == EWOULDBLOCK &&
	       clock_mono_ns() < give_up)
		usleep(1000);
	return failed;
}

/* Open and lock the file.  Return it, or NULL after printing why not. */
static FILE *open_locked(const char *name, bool remove_it)
{
	FILE *file = fopen(name, "re");
	struct stat st;

	if (file == NULL)
		return failed_to_open(name, strerror(errno));
	if (lock(file, remove_it ? LOCK_EX : LOCK_SH) || fstat(fileno(file), &st)) {
		failed_to_open(name, errno == EWOULDBLOCK ? "another process holds a lock on it"
							  : strerror(errno));
	} else if (st.st_nlink == 0) {
		failed_to_open(name, "another process has just delivered it");
	} else {
		return file;
	}
	fclose(file);
	return NULL;
}

/* Return the length of the next line, 0 at the end, or -1 if the line cannot be sent. */
static ssize_t next_line(const char *name, FILE *file, char **line, size_t *size)
{
	ssize_t n = getline(line, size, file);

	if (n < 0)
		return ferror(file) ? -1 : 0;
	if ((*line)[n - 1] != '\n') {
		fprintf(stderr, "memagent-send: %s: the last line is incomplete; not sent\n", name);
		return -1;
	}
	if ((size_t)n > DELIVERY_BATCH_BYTES) {
		fprintf(stderr,
			"memagent-send: %s: a line exceeds %d bytes; this may not be line "
			"protocol\n",
			name, DELIVERY_BATCH_BYTES);
		return -1;
	}
	return n;
}

/* Send all lines and set ${lines} to their number.  Return whether the whole file was sent. */
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
		fprintf(stderr,
			"memagent-send: %s: %ld incomplete lines of killed processes; not sent\n",
			name, torn);
	if (!sent)
		fprintf(stderr, "memagent-send: %s: not delivered; the file is unchanged\n", name);
	return sent && n == 0;
}

/* Return whether no points were dropped; else print why they were. */
static bool all_arrived(const char *name, uint64_t dropped, long lines)
{
	if (dropped == 0)
		return true;
	fprintf(stderr, "memagent-send: %s: %llu of %ld points %s\n", name,
		(unsigned long long)dropped, lines,
		backlog.longest ? "are too long for a datagram" : "were refused by the server");
	return false;
}

/* Return 0 if all points of the file are delivered, and it is removed if that was asked for. */
static int deliver(const char *name, bool remove_it)
{
	uint64_t before = delivery_dropped(&delivery);
	FILE *file = open_locked(name, remove_it);
	bool is_done;
	long lines;

	if (file == NULL)
		return -1;
	is_done = send_file(name, file, &lines);
	is_done = all_arrived(name, delivery_dropped(&delivery) - before, lines) && is_done;
	if (is_done)
		printf("%s: %ld points delivered\n", name, lines);
	if (is_done && remove_it && unlink(name)) {
		fprintf(stderr, "memagent-send: cannot remove %s: %s\n", name, strerror(errno));
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
		fputs("memagent-send: MEMAGENT_URL names a file; set it to the URL of a server\n",
		      stderr);
		return -1;
	}
	destination_read(&destination, &options);
	if (destination_open(&destination, &options, do_nothing, do_nothing))
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
