/*
 * The kernel's status of a process: whatever the text is, the results are numbers from that text,
 * and the same when it is read from a file in pieces.
 *
 * input: the text
 */
#include "agent/encode/fields.h"
#include "agent/measure/proc.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "agent/guest/privileges.h"
#include "shim/shim.h"
#include "tests/fuzz/fuzz.h"

/* This test compares no privileges. */
int shim_create_thread(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *))
{
	(void)thread, (void)attr, (void)run;
	return EAGAIN;
}

#define LINE_BYTES 4096 /* read at once */

struct lines {
	const char *text; /* all */
	size_t at;	  /* how much was read */
	struct privileges privileges;
	size_t stop_after;
};

static int take_line(void *arg, const char *text, size_t len)
{
	struct lines *lines = arg;

	CHECK(len <= LINE_BYTES);
	CHECK(memcmp(lines->text + lines->at, text, len) == 0);
	lines->at += len;
	if (lines->text[lines->at] == '\n')
		lines->at++;
	else
		CHECK(len > 0);
	privileges_line(&lines->privileges, text, len);
	if (lines->stop_after && --lines->stop_after == 0)
		return 42;
	return 0;
}

/* Return whether ${value} is the number at ${text}, after blanks only. */
static bool is_number(const char *text, int64_t value)
{
	char *end;

	return strtoll(text, &end, 10) == value && (*end == ' ' || *end == '\n' || *end == '\0');
}

/* A value must follow ${key} in the text; independent of proc.c. */
static void check_value(const char *text, const char *key, int64_t value, int64_t unit)
{
	bool found = value == -1;

	CHECK(found || (value >= 0 && value % unit == 0));
	for (const char *p = strstr(text, key); p && !found; p = strstr(p + 1, key))
		found = (p == text || p[-1] == '\n') && is_number(p + strlen(key), value / unit);
	CHECK(found);
}

static void check_status(const char *text, const int64_t *s)
{
	check_value(text, "VmSize:", s[FIELD_sys_bytes], 1024);
	check_value(text, "VmRSS:", s[FIELD_rss_bytes], 1024);
	check_value(text, "VmHWM:", s[FIELD_rss_peak_bytes], 1024);
	check_value(text, "VmSwap:", s[FIELD_swap_bytes], 1024);
	check_value(text, "VmStk:", s[FIELD_stack_bytes], 1024);
	check_value(text, "Threads:", s[FIELD_threads], 1);
}

static bool has_long_line(const char *text)
{
	for (; *text; text += *text == '\n') {
		size_t n = strcspn(text, "\n");

		if (n >= LINE_BYTES)
			return true;
		text += n;
	}
	return false;
}

static void check_file(const char *text, size_t size, const int64_t *wanted, int result)
{
	struct lines lines = {.text = text};
	int64_t status[FIELDS] = {0};
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	CHECK(fd >= 0 && write(fd, text, size) == (ssize_t)size);
	CHECK(proc_each_line(fd, take_line, &lines) == 0);
	CHECK(lines.at == size);
	lines.stop_after = 2;
	lines.at = 0;
	(void)proc_each_line(fd, take_line, &lines);
	if (!has_long_line(text)) {
		CHECK(proc_status_read(fd, status) == result);
		CHECK(memcmp(status, wanted, sizeof(status)) == 0);
	}
	close(fd);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in;
	int64_t status[FIELDS] = {0};
	int result;

	input_open(&in, data, size);
	size = strlen(in.text); /* the kernel writes no NUL */
	result = proc_status_parse(in.text, size, status);
	CHECK(result == 0 || (result == -1 && errno == EBADMSG && status[FIELD_threads] == -1));
	check_status(in.text, status);
	check_file(in.text, size, status, result);
	input_close(&in);
	return 0;
}
