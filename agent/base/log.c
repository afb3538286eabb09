#include "agent/base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/base/clock.h"
#include "agent/base/fnv.h"

#define LINE_BYTES 1024
#define QUIET_NS (60 * CLOCK_S)

static struct {
	const char *sink;
	pid_t pid;
	bool (*parent_has_logged)(enum log_kind); /* or NULL */
	int64_t last_ns[LOG_KINDS];		  /* time of the last line, monotonic; 0: none */
	uint64_t last_hash[LOG_KINDS];		  /* of the last line; 0: none */
} state;

static struct stat stderr_at_start;
static bool have_stderr;

void log_remember(void)
{
	have_stderr = fstat(STDERR_FILENO, &stderr_at_start) == 0;
}

static bool is_stderr_still(int fd)
{
	struct stat st;

	return have_stderr && fstat(fd, &st) == 0 && !S_ISSOCK(st.st_mode) &&
	       st.st_dev == stderr_at_start.st_dev && st.st_ino == stderr_at_start.st_ino;
}

/*
 * Return a copy of the program's stderr, or -1.  A seccomp filter may kill for pidfd_getfd, which
 * is not in systemd's @system-service: under any filter it is not called.
 */
static int copy_stderr(pid_t pid)
{
	int process, fd;

	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) > 0)
		return -1;
	process = (int)syscall(SYS_pidfd_open, pid, 0);
	if (process < 0)
		return -1;
	fd = (int)syscall(SYS_pidfd_getfd, process, STDERR_FILENO, 0);
	close(process);
	return fd;
}

/*
 * Return a descriptor of our own for the program's stderr, or -1.  A copy shares the file offset.
 * Where it fails (before Linux 5.6), open the file anew, for appending.
 */
static int open_stderr(pid_t pid)
{
	int fd = copy_stderr(pid);

	if (fd < 0)
		fd = open("/proc/self/fd/2",
			  O_WRONLY | O_APPEND | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd >= 0 && !is_stderr_still(fd)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int open_sink(void)
{
	if (state.sink == NULL || strcmp(state.sink, "off") == 0)
		return -1;
	if (strcmp(state.sink, "stderr") == 0)
		return open_stderr(state.pid);
	return open(state.sink,
		    O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		    0600);
}

void log_open(const char *sink, pid_t pid, bool (*parent_has_logged)(enum log_kind kind))
{
	int fd, error;

	memset(&state, 0, sizeof(state));
	state.sink = sink;
	state.pid = pid;
	state.parent_has_logged = parent_has_logged;
	if (sink[0] != '/')
		return;
	fd = open_sink();
	if (fd >= 0) {
		close(fd);
		return;
	}
	error = errno;
	state.sink = "stderr";
	log_say(LOG_CONFIG,
		"MEMAGENT_LOG=%s cannot be used: %s; expected off, stderr or the path of a "
		"file to write to; using stderr",
		sink, strerrordesc_np(error));
}

/* Return whether ${text} begins with a number and a unit.  Such numbers differ from line to line.
 */
static bool is_measure(const char *text)
{
	static const char *const units[] = {" ms", " milliseconds", " bytes", " out of"};
	const char *unit = text + strspn(text, "0123456789");

	for (size_t i = 0; unit > text && i < sizeof(units) / sizeof(units[0]); i++)
		if (strncmp(unit, units[i], strlen(units[i])) == 0)
			return true;
	return false;
}

static uint64_t hash_without_measures(const char *text)
{
	uint64_t h = FNV_START;

	while (*text) {
		if (is_measure(text))
			text += strspn(text, "0123456789");
		h = fnv_add(h, text++, 1);
	}
	return h;
}

/* Return whether the line with this ${hash} is to be written. */
static bool is_wanted(enum log_kind kind, uint64_t hash)
{
	int64_t now = clock_mono_ns();

	if (kind == LOG_CONFIG || kind == LOG_FILE)
		return state.parent_has_logged == NULL || !state.parent_has_logged(kind);
	if (hash == state.last_hash[kind] ||
	    (state.last_ns[kind] && now - state.last_ns[kind] < QUIET_NS))
		return false;
	state.last_ns[kind] = now;
	return true;
}

void log_resolved(enum log_kind kind)
{
	state.last_hash[kind] = 0;
}

void log_say(enum log_kind kind, const char *format, ...)
{
	char line[LINE_BYTES];
	struct pollfd ready = {.events = POLLOUT};
	uint64_t hash;
	va_list args;
	int n, m;

	n = snprintf(line, sizeof(line), "memagent[%d]: ", (int)state.pid);
	va_start(args, format);
	m = vsnprintf(line + n, sizeof(line) - (size_t)n, format, args);
	va_end(args);
	hash = hash_without_measures(line);
	if (!is_wanted(kind, hash))
		return;
	ready.fd = open_sink();
	if (ready.fd < 0)
		return;
	n = m < (int)sizeof(line) - n ? n + m : (int)sizeof(line) - 1;
	line[n++] = '\n';
	/* A full pipe would block.  Then drop the line; a later one may get through. */
	if (poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) &&
	    write(ready.fd, line, (size_t)n) == n)
		state.last_hash[kind] = hash;
	close(ready.fd);
}
