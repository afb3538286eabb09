/*
 * spawn: threads and processes that the program, or the agent, starts.
 *
 * A thread that a muted thread starts is muted (libcurl's resolver makes some); every other is none
 * of our business, and pthread_create is a tail call.
 *
 * fork is wrapped instead of using pthread_atfork: the child's sidecar can only be started when all
 * handlers are done, an allocator's among them, because pthread_create allocates.  daemon and
 * forkpty call fork inside libc, where no wrapper is seen, so they are wrapped too.
 * vfork and posix_spawn are left alone; _Fork and clone are in clone.c.
 *
 * A signal handler may fork while it has interrupted malloc.  In a program of one thread libc takes
 * no locks then, and with our thread it would wait for ever for those that the program itself
 * holds.  So where there is only our thread beside the caller, and it rests, libc is told that
 * there is none.  A child in the middle of malloc gets no agent, whose start would allocate.
 *
 * pthread_exit is wrapped for the main thread alone: the process must still end with its last
 * thread.
 */
#include "shim/spawn.h"

#include <errno.h>
#include <pthread.h>
#include <pty.h>
#include <sys/stat.h>
#include <unistd.h>

#include "shim/cc.h"
#include "shim/handler.h"
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
	handler_init();
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

enum way {
	USUAL,	  /* as libc does it in a process of several threads */
	AS_ALONE, /* as in a process of one thread */
	BARE,	  /* without libc's locks and the program's handlers: the sidecar is at work */
};

/* A signal handler that has interrupted the allocator forks, and nobody else can let go of it. */
static bool inside;

bool spawn_is_inside(void)
{
	return inside;
}

/* How many threads the process has, or 0; the directory has a link for each, and two more. */
static unsigned long threads_there(void)
{
	int saved = errno;
	struct stat tasks;
	unsigned long there = stat("/proc/self/task", &tasks) == 0 ? tasks.st_nlink - 2 : 0;

	errno = saved;
	return there;
}

static enum way before_fork(void)
{
	enum handler_state state = handler_state();
	unsigned long threads;
	bool rests;

	next_resolve();
	rests = hooks->before_fork(state == HANDLER_INSIDE);
	if (LIKELY(state == HANDLER_NONE))
		return USUAL;
	threads = threads_there();
	if (threads != 1 && !(threads == 2 && hooks->is_here()))
		return USUAL;
	inside = state == HANDLER_INSIDE;
	if (!next.single_threaded || !(rests || threads == 1))
		return inside ? BARE : USUAL;
	if (*next.single_threaded)
		return USUAL;
	*next.single_threaded = 1;
	return AS_ALONE;
}

static void after_fork(enum way way, bool in_child)
{
	bool was_inside = inside;
	int saved = errno;

	if (way == AS_ALONE)
		*next.single_threaded = 0;
	inside = false;
	if (in_child && was_inside) {
		hooks->in_clone();
	} else if (in_child) {
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
	enum way way = before_fork();
	pid_t pid = way == BARE && next._Fork ? next._Fork() : next.fork();

	after_fork(way, pid == 0);
	return pid;
}

/* Returns in the child only, or with an error. */
EXPORT int daemon(int nochdir, int noclose)
{
	enum way way = before_fork();
	int result = next.daemon(nochdir, noclose);

	after_fork(way, result == 0);
	return result;
}

EXPORT int forkpty(int *amaster, char *name, const struct termios *termp,
		   const struct winsize *winp)
{
	enum way way = before_fork();
	pid_t pid = next.forkpty(amaster, name, termp, winp);

	after_fork(way, pid == 0);
	return pid;
}
