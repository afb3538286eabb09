/*
 * scripted: allocates by a fixed script and prints the counts that the agent must report.
 *
 *	scripted [-f UID] [-w MS] [-u FILE] [-x STATUS]
 *
 * With -f a child of fork does it all, as that user (when root runs it) and in the directory "/".
 * Prints lines "FIELD VALUE", the fields as they must stand in the last point,
 * then waits MS, and until there is FILE, and exits with STATUS.  No stdio and nothing else of libc
 * that allocates, so that the script is all there is to count.  Usable sizes are the allocator's
 * own: it is asked for each object.
 */
#include <errno.h>
#include <grp.h>
#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SLOTS 1000

static struct {
	uint64_t mallocs, frees, reallocs, failed_allocs;
	uint64_t total_alloc_bytes, total_freed_bytes, total_requested_bytes;
} expected;

static void *slots[SLOTS];

/* Sizes from 1 byte to some 64 KiB, small ones more often; the same in every run. */
static size_t next_size(void)
{
	static uint32_t state = 1;

	state = state * 1664525 + 1013904223;
	return (state >> 8) % (2U << (state >> 28)) + 1;
}

static void *made(void *p, size_t requested)
{
	if (p == NULL)
		_exit(99);
	expected.mallocs++;
	expected.total_alloc_bytes += malloc_usable_size(p);
	expected.total_requested_bytes += requested;
	return p;
}

static void drop(size_t slot)
{
	if (slots[slot] == NULL)
		return;
	expected.frees++;
	expected.total_freed_bytes += malloc_usable_size(slots[slot]);
	free(slots[slot]);
	slots[slot] = NULL;
}

static void resize(size_t slot, size_t size)
{
	expected.reallocs++;
	expected.total_freed_bytes += malloc_usable_size(slots[slot]);
	void *p = realloc(slots[slot], size);
	if (p == NULL)
		_exit(99);
	slots[slot] = p;
	expected.total_alloc_bytes += malloc_usable_size(p);
	expected.total_requested_bytes += size;
}

/* One object per slot, made by each kind of call in turn. */
static void fill(size_t slot)
{
	const size_t size = next_size();
	void *p = NULL;

	switch (slot % 6) {
	case 0:
		p = malloc(size);
		break;
	case 1:
		p = calloc(1, size);
		break;
	case 2:
		p = realloc(NULL, size);
		break;
	case 3:
		p = memalign(256, size);
		break;
	case 4:
		if (posix_memalign(&p, 64, size) != 0)
			p = NULL;
		break;
	default:
		p = reallocarray(NULL, 1, size);
		break;
	}
	slots[slot] = made(p, size);
}

static void fail(void)
{
	/* volatile, so that the compiler keeps the calls. */
	volatile size_t most = PTRDIFF_MAX;
	volatile size_t half = SIZE_MAX / 2;

	if (malloc(most) != NULL || calloc(half, 3) != NULL || realloc(slots[0], most) != NULL)
		_exit(98);
	expected.failed_allocs += 3;
}

static void script(void)
{
	for (size_t i = 0; i < SLOTS; i++)
		fill(i);
	fail();
	for (size_t i = 0; i < SLOTS; i += 3)
		resize(i, next_size());
	for (size_t i = 0; i < SLOTS; i += 2)
		drop(i);
	for (size_t i = 0; i < SLOTS; i += 4)
		fill(i);
	for (size_t i = 0; i < SLOTS; i += 5)
		drop(i);
	free(NULL);
}

static void say(const char *text)
{
	size_t length = strlen(text);

	while (length > 0) {
		const ssize_t n = write(STDOUT_FILENO, text, length);
		if (n < 0)
			_exit(97);
		text += n;
		length -= (size_t)n;
	}
}

static void tell(const char *field, uint64_t value)
{
	char digits[24];
	char *p = digits + sizeof(digits) - 1;

	*p = '\0';
	*--p = '\n';
	do
		*--p = (char)('0' + value % 10);
	while ((value /= 10) != 0);
	say(field);
	say(" ");
	say(p);
}

static bool number(const char *text, long *value)
{
	char *end;

	*value = strtol(text, &end, 10);
	return *text != '\0' && *end == '\0' && *value >= 0;
}

static void rest(long ms)
{
	struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	while (nanosleep(&left, &left) == -1 && errno == EINTR)
		;
}

static struct {
	long wait_ms, status, user;
	const char *until;
} options;

static bool read_options(int argc, char **argv)
{
	for (int i = 1; i < argc; i += 2) {
		if (i + 1 == argc)
			return false;
		if (strcmp(argv[i], "-u") == 0)
			options.until = argv[i + 1];
		else if (!(strcmp(argv[i], "-f") == 0 && number(argv[i + 1], &options.user)) &&
			 !(strcmp(argv[i], "-w") == 0 && number(argv[i + 1], &options.wait_ms)) &&
			 !(strcmp(argv[i], "-x") == 0 && number(argv[i + 1], &options.status)))
			return false;
	}
	return true;
}

/* Return in the child.  The parent exits with the child's status. */
static void go_on_in_child(void)
{
	const id_t id = (id_t)options.user;
	const bool is_root = getuid() == 0;
	int status;
	pid_t child = fork();

	if (child == 0) {
		if (chdir("/") || (is_root && (setgroups(0, NULL) || setgid(id) || setuid(id))))
			_exit(96);
		return;
	}
	if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
		_exit(95);
	exit(WEXITSTATUS(status));
}

int main(int argc, char **argv)
{
	if (!read_options(argc, argv)) {
		say("usage: scripted [-f UID] [-w MS] [-u FILE] [-x STATUS]\n");
		return 2;
	}
	if (options.user)
		go_on_in_child();
	script();
	tell("mallocs", expected.mallocs);
	tell("frees", expected.frees);
	tell("reallocs", expected.reallocs);
	tell("failed_allocs", expected.failed_allocs);
	tell("heap_objects", expected.mallocs - expected.frees);
	tell("heap_alloc_bytes", expected.total_alloc_bytes - expected.total_freed_bytes);
	tell("total_alloc_bytes", expected.total_alloc_bytes);
	tell("total_freed_bytes", expected.total_freed_bytes);
	tell("total_requested_bytes", expected.total_requested_bytes);
	rest(options.wait_ms);
	while (options.until && access(options.until, F_OK))
		rest(10);
	return (int)options.status;
}
