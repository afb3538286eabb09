/*
 * spawn: wraps the creation of threads and processes.
 *
 * A muted thread creates muted threads (libcurl's resolver does).  For all others pthread_create is
 * a tail call.
 *
 * fork is wrapped, not hooked with pthread_atfork: starting the child's sidecar allocates, and so
 * must wait until all fork handlers have run, an allocator's too.  daemon and forkpty are wrapped
 * because they call fork inside libc.  vfork and posix_spawn are left alone; for _Fork and
 * clone see clone.c.
 *
 * A signal handler that has interrupted malloc may fork.  In a process of one thread libc's fork
 * takes no malloc lock.  With the sidecar it would, and block on the lock that the program holds.
 * So if only the sidecar exists besides the caller, and it rests, libc is told that there is one
 * thread.  A child in the middle of malloc gets no agent, whose start would allocate.
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
#include "shim/sites/sites.h"
#include "shim/threads.h"

typedef void *thread_fn(void *);

/* It does not allocate: a free as the thread's first call would create an arena for it. */
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
	/* Uncounted: another thread frees it. */
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

/* Whether the program has created a thread in this process. */
static bool has_threads;

EXPORT int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attr,
			  void *(*run)(void *), void *restrict arg)
{
	next_resolve();
	if (UNLIKELY(threads_muted()))
		return create_muted(thread, attr, run, arg);
	__atomic_store_n(&has_threads, true, __ATOMIC_RELAXED);
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
 * In a forked child the calling thread is the main thread.  If it was another one before, it may
 * end by returning from its function; a key's destructor reports that.  pthread_setspecific does
 * not allocate for the first 32 keys.
 */
static void become_main_thread(void)
{
	if (pthread_equal(pthread_self(), main_thread))
		return;
	main_thread = pthread_self();
	if (have_return_key)
		pthread_setspecific(return_key, &return_key);
}

enum method {
	NORMAL,		 /* libc sees several threads */
	SINGLE_THREADED, /* libc is told that there is one thread, and takes no locks */
	BARE,		 /* _Fork: the agent is at work, so take no locks, run no handlers */
};

/* During a fork by a signal handler that has interrupted the allocator. */
static bool in_allocator;

/* A fork that has begun.  A signal handler may begin another one meanwhile. */
struct forking {
	enum method method;
	bool was_in_allocator;
};

bool spawn_is_in_allocator(void)
{
	return in_allocator;
}

/* Return the number of threads, or 0 if unknown.  The directory has a link for each, plus two. */
static unsigned long count_threads(void)
{
	int saved = errno;
	struct stat tasks;
	unsigned long count = stat("/proc/self/task", &tasks) == 0 ? tasks.st_nlink - 2 : 0;

	errno = saved;
	return count;
}

static enum method choose_method(enum handler_state state, bool rests)
{
	unsigned long threads;
	bool is_alone;

	in_allocator = false;
	if (LIKELY(state == HANDLER_NONE))
		return NORMAL;
	threads = count_threads();
	is_alone = threads == 1 || (threads == 2 && hooks->is_here());
	/* Other threads may be libcurl's, which look up a name. */
	if (!is_alone && (has_threads || state != HANDLER_INSIDE))
		return NORMAL;
	in_allocator = state == HANDLER_INSIDE;
	if (!is_alone || !next.single_threaded || !(rests || threads == 1))
		return in_allocator ? BARE : NORMAL;
	if (*next.single_threaded)
		return NORMAL;
	*next.single_threaded = 1;
	return SINGLE_THREADED;
}

static struct forking before_fork(void)
{
	struct forking forking = {.was_in_allocator = in_allocator};

	next_resolve();
	forking.method = choose_method(handler_state(), hooks->before_fork());
	return forking;
}

static void after_fork(struct forking forking, bool in_child)
{
	bool gets_no_agent = in_allocator;
	int saved = errno;

	if (forking.method == SINGLE_THREADED)
		*next.single_threaded = 0;
	in_allocator = forking.was_in_allocator;
	if (in_child && forking.method == BARE)
		next_unlock();
	if (in_child && gets_no_agent) {
		threads_unlock();
		hooks->in_clone();
	} else if (in_child) {
		threads_after_fork();
		sites_after_fork();
		become_main_thread();
		has_threads = false;
		hooks->in_child();
	} else {
		hooks->after_fork();
	}
	errno = saved;
}

EXPORT pid_t fork(void)
{
	struct forking forking = before_fork();
	pid_t pid = forking.method == BARE && next._Fork ? next._Fork() : next.fork();

	after_fork(forking, pid == 0);
	return pid;
}

/* Returns in the child only, or with an error. */
EXPORT int daemon(int nochdir, int noclose)
{
	struct forking forking = before_fork();
	int result = next.daemon(nochdir, noclose);

	after_fork(forking, result == 0);
	return result;
}

EXPORT int forkpty(int *amaster, char *name, const struct termios *termp,
		   const struct winsize *winp)
{
	struct forking forking = before_fork();
	pid_t pid = next.forkpty(amaster, name, termp, winp);

	after_fork(forking, pid == 0);
	return pid;
}
