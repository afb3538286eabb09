/*
 * spawn: threads and processes that the program, or the agent, starts.
 *
 * A thread that a muted thread starts is muted (libcurl's resolver makes some); every other is none
 * of our business, and pthread_create is a tail call.
 *
 * fork is wrapped instead of using pthread_atfork: the child's sidecar can only be started when all
 * handlers are done, an allocator's among them, because pthread_create allocates.  daemon and
 * forkpty call fork inside libc, where no wrapper is seen, so they are wrapped too.
 * vfork and posix_spawn are left alone; _Fork and clone are in copy.c.
 *
 * pthread_exit is wrapped for the main thread alone: the process must still end with its last
 * thread.
 */
#include "shim/spawn.h"

#include <errno.h>
#include <pthread.h>
#include <pty.h>
#include <unistd.h>

#include "shim/cc.h"
#include "shim/hooks.h"
#include "shim/next.h"
#include "shim/shim.h"
#include "shim/threads.h"

typedef void *thread_fn(void *);

/* Without an allocation: free in a thread's first moment would make it an arena of its own. */
static void *run_agent(void *run)
{
	threads_mute_for_good();
	return ((thread_fn *)run)(NULL);
}

int shim_create_thread(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *))
{
	next_prepare_thread();
	return next.pthread_create(thread, attr, run_agent, (void *)run);
}

struct start {
	thread_fn *run;
	void *arg;
};

static void *run_muted(void *arg)
{
	struct start start = *(struct start *)arg;

	threads_mute_for_good();
	next.free(arg);
	return start.run(start.arg);
}

static COLD int create_muted(pthread_t *thread, const pthread_attr_t *attr, thread_fn *run,
			     void *arg)
{
	/* Of the next allocator and not counted: it is freed in another thread. */
	struct start *start = next.malloc(sizeof(*start));
	int error;

	if (start == NULL)
		return EAGAIN;
	start->run = run;
	start->arg = arg;
	error = next.pthread_create(thread, attr, run_muted, start);
	if (error)
		next.free(start);
	return error;
}

EXPORT int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attr,
			  void *(*run)(void *), void *restrict arg)
{
	next_resolve();
	if (UNLIKELY(threads_muted()))
		return create_muted(thread, attr, run, arg);
	return next.pthread_create(thread, attr, run, arg);
}

static pthread_t main_thread;
static pthread_key_t return_key;
static bool have_return_key;

static void main_returns(void *unused)
{
	(void)unused;
	hooks->main_exits();
}

void spawn_init(void)
{
	main_thread = pthread_self();
	have_return_key = pthread_key_create(&return_key, main_returns) == 0;
}

pthread_t spawn_main_thread(void)
{
	return main_thread;
}

/*
 * In the child of a fork the thread that called it is the main thread.  If it was none before, it
 * has a function to return from, of which no call tells, but its end.  The key is among the
 * process's first 32, for which this allocates nothing.
 */
static void become_main_thread(void)
{
	if (pthread_equal(pthread_self(), main_thread))
		return;
	main_thread = pthread_self();
	if (have_return_key)
		pthread_setspecific(return_key, &return_key);
}

static void before_fork(void)
{
	next_resolve();
	hooks->before_fork();
}

static void after_fork(bool in_child)
{
	int saved = errno;

	if (in_child) {
		threads_after_fork();
		become_main_thread();
		hooks->in_child();
	} else {
		hooks->after_fork();
	}
	errno = saved;
}

EXPORT pid_t fork(void)
{
	pid_t pid;

	before_fork();
	pid = next.fork();
	after_fork(pid == 0);
	return pid;
}

/* Returns in the child only, or with an error. */
EXPORT int daemon(int nochdir, int noclose)
{
	int result;

	before_fork();
	result = next.daemon(nochdir, noclose);
	after_fork(result == 0);
	return result;
}

EXPORT int forkpty(int *amaster, char *name, const struct termios *termp,
		   const struct winsize *winp)
{
	pid_t pid;

	before_fork();
	pid = next.forkpty(amaster, name, termp, winp);
	after_fork(pid == 0);
	return pid;
}
