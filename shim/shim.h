#ifndef MEMAGENT_SHIM_H
#define MEMAGENT_SHIM_H
/*
 * shim: what the agent calls in the shim.
 *
 * Layer    shim's interface to the agent, which also includes capabilities.h, cc.h, counters.h and
 * object.h. Memory   never allocates.
 */
#include <stdbool.h>
#include <stdint.h>
#include <pthread.h>

#include "shim/counters.h"
#include "shim/object.h"

/*
 * shim_init():
 * Look up the next allocator, if no allocation has done so yet.  The main thread, from a
 * constructor.
 */
void shim_init(void);

/*
 * shim_read(app, agent):
 * Read what the program's threads and the agent's have counted up to now.  Any thread, at any time.
 */
void shim_read(struct counters *app, struct counters *agent);

/* Return the malloc that calls are passed on to. */
const void *shim_next_malloc(void);

/* Return whether the byte counters are valid (next_sizes_known). */
bool shim_counts_bytes(void);

/*
 * shim_mute(), shim_unmute(before):
 * Between the two, count the calling thread's allocations as the agent's.
 */
uint32_t shim_mute(void);
void shim_unmute(uint32_t before);

/*
 * shim_create_thread(thread, attr, run):
 * pthread_create of a thread that is muted from its first instruction on.  ${run} gets NULL.
 */
int shim_create_thread(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *));

/*
 * shim_exit():
 * End the process as exit(0) does, also when a thread is gone that had called exit: run the
 * handlers and destructors that are left, flush the streams.  One of the program's threads.
 */
_Noreturn void shim_exit(void);

/*
 * shim_set_hooks(hooks):
 * Call these functions at the events that they are named for.  ${hooks} stays the caller's.
 */
struct shim_hooks {
	/* In the thread that is about to fork; true: the sidecar is at rest until after_fork.  Do
	 * not wait long if it ${may_wait_for_us}. */
	bool (*before_fork)(bool may_wait_for_us);
	bool (*is_here)(void);	  /* whether this process has a sidecar */
	void (*after_fork)(void); /* in the parent, whether the fork succeeded or not */
	void (*in_child)(void);	  /* in the child, after all fork handlers */
	void (*in_clone)(void);	  /* in a child that gets no agent; before after_fork */
	void (*exits)(void);	  /* the process calls _exit, perhaps in a signal handler */
	/* before a call that needs the agent gone (shim/syscall.c); true: it was there, and is gone
	 */
	bool (*retire)(void);
	void (*main_exits)(void); /* the main thread calls pthread_exit */
	/* exit is about to run ${handler}, OpenSSL's clean-up; true: the agent will call it */
	bool (*defers)(void (*handler)(void *));
};
void shim_set_hooks(const struct shim_hooks *hooks);

#endif
