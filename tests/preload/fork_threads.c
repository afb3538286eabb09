/*
 * fork while all threads allocate, many times.  In the child only the forking thread exists, and
 * locks held by others stay locked.  What the others have counted stays counted, except one call
 * each that had begun and was not counted yet.  FORKS=10000 sets the number of forks.
 */
#include <stdatomic.h>
#include <stdbool.h>

#include "thread.h"

enum { THREADS = 4, CHILDREN = 300 };

struct worker {
	pthread_t thread;
	atomic_ulong begun;
	atomic_ulong done;
	struct tally tally;
};

static struct worker worker[THREADS];
static atomic_bool stop;

static void *work(void *argument)
{
	struct worker *self = argument;

	thread_book(&self->tally);
	while (!atomic_load(&stop)) {
		void *object;

		atomic_fetch_add(&self->begun, 1);
		object = tally_malloc(&self->tally, self->begun % 1000);
		atomic_fetch_add(&self->done, 1);
		tally_free(&self->tally, object);
	}
	return NULL;
}

/* libc's dtv for each of ${threads}, beside the main thread's ${own} objects. */
static void expect_in_child(uint64_t own)
{
	uint64_t begun = own + THREADS;
	uint64_t done = own + THREADS;

	for (int i = 0; i < THREADS; i++) {
		begun += atomic_load(&worker[i].begun);
		done += atomic_load(&worker[i].done);
	}
	expect("mallocs", ">=", done);
	expect("mallocs", "<=", begun);
	/* Each thread's dtv and its last object, which this process can never free. */
	expect("heap_objects", ">=", own + THREADS);
	expect("heap_objects", "<=", own + THREADS + THREADS);
}

static void child(int number)
{
	for (int i = 0; i < 100; i++)
		CHECK(malloc(50) != NULL);
	/* Most children end as a shell's do; every tenth writes its totals. */
	if (number % 10 != 0)
		_exit(0);
	expect_in_child(100);
	exit(0);
}

int main(void)
{
	const char *more = getenv("FORKS");
	const int children = more == NULL ? CHILDREN : atoi(more);
	struct tally tally = {0};

	for (int i = 0; i < THREADS; i++)
		worker[i].thread =
		    thread_start(thread_stack(THREAD_STACK), THREAD_STACK, work, &worker[i]);
	for (int i = 0; i < children; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0);
		if (pid == 0)
			child(i);
		expect_child(pid);
	}
	atomic_store(&stop, true);
	for (int i = 0; i < THREADS; i++) {
		CHECK(pthread_join(worker[i].thread, NULL) == 0);
		tally_add(&tally, &worker[i].tally);
	}
	expect("processes", "=", 1 + children / 10);
	tally_expect(&tally);
	return 0;
}
