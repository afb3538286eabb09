/*
 * With jemalloc inside, a handler forks while the program holds a lock of jemalloc: where the
 * signal interrupts a look at the clock, or a wait for another lock, or while the agent's thread
 * waits for the same lock.  That thread holds a lock of its own then, which must be free in the
 * child.
 *
 * with-env: MEMAGENT_TRIM_INTERVAL=10ms
 * wants-points: some
 */
#include <dirent.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>

#include "expect.h"

/* Of jemalloc(3), extent_hooks; the program changes only one of the functions. */
typedef struct hooks hooks;
struct hooks {
	void *others[7];
	bool (*split)(hooks *, void *, size_t, size_t, size_t, bool, unsigned);
	void *merge;
};

#ifdef __x86_64__

extern int mallctl(const char *name, void *old, size_t *old_size, void *new, size_t new_size)
    __attribute__((weak));

enum {
	LARGE = 1 << 20,
	SMALL = 64 << 10,
	STEP = 20 << 10,
	TRIES = 5000,
	VDSO = 0x2000,
	PATIENCE = 20
};

/* Volatile, because libc declares that malloc calls no function of the program. */
static void (*volatile in_split)(void);
static bool (*next_split)(hooks *, void *, size_t, size_t, size_t, bool, unsigned);
static volatile sig_atomic_t forked, wants_vdso;

/* jemalloc holds the lock of its free extents here. */
static bool split(hooks *h, void *p, size_t size, size_t a, size_t b, bool commit, unsigned arena)
{
	void (*once)(void) = in_split;

	in_split = NULL;
	if (once)
		once();
	return next_split(h, p, size, a, b, commit, arena);
}

static void replace_split(void)
{
	static hooks mine;
	hooks *before, *after = &mine;
	size_t size = sizeof(before);

	CHECK(mallctl("arena.0.extent_hooks", (void *)&before, &size, NULL, 0) == 0);
	mine = *before;
	next_split = before->split;
	mine.split = split;
	CHECK(mallctl("arena.0.extent_hooks", NULL, NULL, (void *)&after, sizeof(after)) == 0);
}

/*
 * Make objects of a free extent until one takes a part of it.  Another extent stays free, so that
 * the agent's thread finds something to trim.
 */
static void split_once(void (*call)(void))
{
	void *first = malloc(LARGE), *between = malloc(SMALL), *last = malloc(LARGE);

	in_split = call;
	free(first);
	free(last);
	for (size_t size = SMALL; size < LARGE && in_split; size += STEP)
		free(malloc(size));
	free(between);
	CHECK(in_split == NULL);
}

static bool is_in_vdso(const ucontext_t *context)
{
	uintptr_t at = (uintptr_t)context->uc_mcontext.gregs[REG_RIP];

	return at - getauxval(AT_SYSINFO_EHDR) < VDSO;
}

static void fork_here(int number, siginfo_t *info, void *context)
{
	pid_t child;

	(void)number, (void)info;
	if (forked || (wants_vdso && !is_in_vdso(context)))
		return;
	child = fork();
	CHECK(child >= 0);
	forked = child == 0 ? 2 : 1;
	if (child)
		expect_child(child);
	else
		alarm(PATIENCE);
}

/* Let the timer interrupt ${call} until the handler has forked. */
static void interrupt(void (*call)(void))
{
	const struct itimerval often = {{0, 10000}, {0, 10000}}, never = {{0, 0}, {0, 0}};

	forked = 0;
	CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
	while (!forked)
		call();
	CHECK(forked == 2 || setitimer(ITIMER_REAL, &never, NULL) == 0);
}

static void look_at_clock(void)
{
	struct timespec now;

	CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
}

static void be_interrupted_in_vdso(void)
{
	wants_vdso = true;
	interrupt(look_at_clock);
	wants_vdso = false;
}

/* As libc waits for a lock. */
static void wait_for_lock(void)
{
	uint32_t lock = 2;

	CHECK(syscall(SYS_futex, &lock, FUTEX_WAIT_PRIVATE, 2, NULL) == -1 && errno == EINTR);
}

static void be_interrupted_in_wait(void)
{
	interrupt(wait_for_lock);
}

static bool waits_for_lock(const char *thread)
{
	char path[64], call[256] = "";
	unsigned number = 0, operation = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%.16s/syscall", thread);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		skip("/proc does not show the system calls");
	CHECK(read(fd, call, sizeof(call) - 1) >= 0);
	close(fd);
	return sscanf(call, "%u %*x %x", &number, &operation) == 2 && number == SYS_futex &&
	       operation == FUTEX_WAIT_PRIVATE;
}

/* Return whether another thread waits for a lock of libc's. */
static bool other_waits(DIR *tasks)
{
	struct dirent *entry;
	bool waits = false;

	rewinddir(tasks);
	while ((entry = readdir(tasks)) != NULL)
		waits = waits || (atoi(entry->d_name) > getpid() && waits_for_lock(entry->d_name));
	return waits;
}

static DIR *tasks;

/* The extents may be trimmed already; then the other thread does not wait. */
static void be_interrupted_in_work(void)
{
	forked = 0;
	for (int i = 0; i < TRIES && !forked; i++)
		if (other_waits(tasks))
			raise(SIGALRM);
}

static void end_child(void)
{
	if (forked != 2)
		return;
	/* It takes the lock that the agent's thread of the parent held. */
	CHECK(mallctl("arena.0.purge", NULL, NULL, NULL, 0) == 0);
	split_once(NULL);
	exit(0);
}

int main(void)
{
	struct sigaction action = {.sa_sigaction = fork_here, .sa_flags = SA_SIGINFO};

	if (mallctl == NULL)
		return 0;
	CHECK(sigaction(SIGALRM, &action, NULL) == 0);
	tasks = opendir("/proc/self/task");
	CHECK(tasks != NULL);
	replace_split();
	split_once(be_interrupted_in_vdso);
	end_child();
	split_once(be_interrupted_in_wait);
	end_child();
	for (forked = 0; !forked;)
		split_once(be_interrupted_in_work);
	end_child();
	CHECK(closedir(tasks) == 0);
	return 0;
}

#else

int main(void)
{
	skip("only x86-64 has this search for a signal handler");
}

#endif
