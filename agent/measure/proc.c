#include "agent/measure/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "agent/encode/fields.h"

#define CHUNK_BYTES 4096 /* usually the whole file, which has about 1,500 bytes */

static const struct {
	const char *key;
	enum field field;
	int64_t unit;
} keys[] = {
    {"VmSize:", FIELD_sys_bytes, 1024},		 {"VmRSS:", FIELD_rss_bytes, 1024},
    {"VmHWM:", FIELD_rss_peak_bytes, 1024},	 {"RssFile:", FIELD_rss_file_bytes, 1024},
    {"RssShmem:", FIELD_rss_shared_bytes, 1024}, {"VmSwap:", FIELD_swap_bytes, 1024},
    {"VmStk:", FIELD_stack_bytes, 1024},	 {"Threads:", FIELD_threads, 1},
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

/* Parse a number after white space in [p, end) into ${out}.  Return 0 or -1. */
static int parse_number(const char *p, const char *end, int64_t *out)
{
	int64_t n = 0;
	bool any = false;

	while (p < end && (*p == '\t' || *p == ' '))
		p++;
	for (; p < end && *p >= '0' && *p <= '9'; p++, any = true)
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *p - '0', &n))
			return -1;
	if (!any || (p < end && *p != ' '))
		return -1;
	*out = n;
	return 0;
}

/* Parse the line [p, end).  Return 1 if it is in keys[], 0 if not, -1 if it is malformed. */
static int parse_line(const char *p, const char *end, int64_t *value)
{
	for (size_t i = 0; i < KEYS; i++) {
		size_t n = strlen(keys[i].key);
		int64_t number;

		if ((size_t)(end - p) < n || memcmp(p, keys[i].key, n) != 0)
			continue;
		if (parse_number(p + n, end, &number) ||
		    __builtin_mul_overflow(number, keys[i].unit, &number))
			return -1;
		value[keys[i].field] = number;
		return 1;
	}
	return 0;
}

struct reading {
	int64_t *value;
	int found; /* lines in keys[] */
};

static int read_line(void *arg, const char *text, size_t len)
{
	struct reading *reading = arg;
	int known = parse_line(text, text + len, reading->value);

	if (known < 0)
		return 1;
	reading->found += known;
	return 0;
}

static void set_unknown(int64_t *value)
{
	for (size_t i = 0; i < KEYS; i++)
		value[keys[i].field] = -1;
}

/* Return 0 if the ${reading} succeeded, else -1.  A negative ${result} has already set errno. */
static int finish_reading(struct reading *reading, int result)
{
	if (result == 0 && reading->found)
		return 0;
	set_unknown(reading->value);
	if (result >= 0)
		errno = EBADMSG;
	return -1;
}

int proc_status_parse(const char *text, size_t len, int64_t *value)
{
	struct reading reading = {value, 0};
	const char *end = text + len;
	int result = 0;

	set_unknown(value);
	for (const char *p = text; p < end && result == 0;) {
		const char *newline = memchr(p, '\n', (size_t)(end - p));
		const char *stop = newline ? newline : end;

		result = read_line(&reading, p, (size_t)(stop - p));
		p = stop + 1;
	}
	return finish_reading(&reading, result);
}

/*
 * Call ${line} for each whole line of ${n} bytes, and set ${used} to their length.  If there is no
 * whole line, pass all bytes as one.  Return as proc_each_line.
 */
static int pass_lines(const char *text, size_t n, size_t *used,
		      int (*line)(void *arg, const char *text, size_t len), void *arg)
{
	const char *newline;
	int result = 0;

	*used = 0;
	while (result == 0 && (newline = memchr(text + *used, '\n', n - *used)) != NULL) {
		result = line(arg, text + *used, (size_t)(newline - text) - *used);
		*used = (size_t)(newline - text) + 1;
	}
	if (result == 0 && *used == 0) {
		result = line(arg, text, n);
		*used = n;
	}
	return result;
}

int proc_each_line(int fd, int (*line)(void *arg, const char *text, size_t len), void *arg)
{
	char text[CHUNK_BYTES];
	off_t offset = 0;

	for (;;) {
		ssize_t n = pread(fd, text, sizeof(text), offset);
		size_t used;
		int result;

		if (n <= 0)
			return (int)n;
		result = pass_lines(text, (size_t)n, &used, line, arg);
		if (result)
			return result;
		/* The kernel produces such a file in one piece, so a short read is the end. */
		if ((size_t)n < sizeof(text) && used == (size_t)n)
			return 0;
		offset += (off_t)used;
	}
}

int proc_open(void)
{
	return open("/proc/thread-self/status", O_RDONLY | O_CLOEXEC);
}

int proc_status_read(int fd, int64_t *value)
{
	/* cppcheck-suppress ctuuninitvar ; value is an output */
	struct reading reading = {value, 0};

	set_unknown(value);
	return finish_reading(&reading, proc_each_line(fd, read_line, &reading));
}

/*
 * Open the main thread's stat file, which is faster to read than the process's: that adds up all
 * threads.  If /proc belongs to another pid namespace, our pid is wrong there; use self.
 */
static int open_main_stat(void)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)getpid());
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? open("/proc/self/stat", O_RDONLY | O_CLOEXEC) : fd;
}

int proc_main_is_gone(int *status)
{
	char text[1024];
	int fd = open_main_stat();
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	const char *state;

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return -1;
	text[n] = '\0';
	/* After the program's name, which may contain a parenthesis. */
	state = strrchr(text, ')');
	if (state == NULL || strlen(state) < 3)
		return -1;
	if (state[2] != 'Z' && state[2] != 'X')
		return 0;
	/* The last number is the status in the format of wait(2). */
	if (status)
		*status = atoi(strrchr(state, ' ')) >> 8 & 0xff;
	return 1;
}

static int64_t timeval_ns(struct timeval t)
{
	return ((int64_t)t.tv_sec * 1000000 + t.tv_usec) * 1000;
}

int proc_usage_read(int64_t *value)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage))
		return -1;
	value[FIELD_minor_faults] = usage.ru_minflt;
	value[FIELD_major_faults] = usage.ru_majflt;
	value[FIELD_cpu_user_ns] = timeval_ns(usage.ru_utime);
	value[FIELD_cpu_sys_ns] = timeval_ns(usage.ru_stime);
	return 0;
}
