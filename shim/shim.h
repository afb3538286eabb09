#ifndef MEMAGENT_SHIM_H
#define MEMAGENT_SHIM_H
/*
 * shim: the functions that the agent calls.
 *
 * Layer    shim's interface to the agent, which also includes capabilities.h, cc.h, counters.h,
 *          map.h and object.h.
 * Memory   never allocates.
 */
#include <stdbool.h>
#include <stdint.h>
#include <pthread.h>

#include "shim/counters.h"
#include "shim/object.h"

/*
 * shim_init():
 * Look up the next allocator, if no allocation has done so yet.  Called by the main thread, in a
 * constructor.
 */
void shim_init(void);

/*
 * shim_read(app, agent):
 * Sum the counters of the program's threads in ${app}, and of the agent's in ${agent}.  Any thread,
 * at any time.
 */
void shim_read(struct counters *app, struct counters *agent);

/* Return the malloc to which calls are passed on. */
const void *shim_next_malloc(void);

/* Return whether the byte counters are valid (next_sizes_known). */
bool shim_counts_bytes(void);

/*
 * shim_mute(), shim_unmute(before):
 * Between these calls, the calling thread's allocations count as the agent's.
 */
uint32_t shim_mute(void);
void shim_unmute(uint32_t before);

/*
 * shim_create_thread(thread, attr, run):
 * Create a thread that is muted from its first instruction on, as pthread_create does.  ${run} gets
 * NULL.
 */
int shim_create_thread(pthread_t *thread, const pthread_attr_t *attr, void *(*run)(void *));

/*
 * shim_exit():
 * End the process as exit(0) does: run the remaining handlers and destructors, flush the streams.
 * It also works after a thread has called exit and ended.  Called by a thread of the program.
 */
_Noreturn void shim_exit(void);

/*
 * shim_set_hooks(hooks):
 * Call these functions at the events below.  ${hooks} stays the caller's.
 */
struct shim_hooks {
	/* A thread is about to fork.  Return true if the sidecar rests until after_fork. */
	bool (*before_fork)(void);
	bool (*is_here)(void);	  /* return whether this process has a sidecar */
	void (*after_fork)(void); /* in the parent, after a fork or a failed one */
	void (*in_child)(void);	  /* in the child, after all fork handlers */
	void (*in_clone)(void);	  /* in a child that gets no agent, before after_fork */
	void (*exits)(void);	  /* the process calls _exit, perhaps in a signal handler */
	/* Before a call for which the sidecar must be gone; return whether there was one. */
	bool (*retire)(void);
	void (*main_exits)(void); /* the main thread calls pthread_exit */
	/* exit is about to run OpenSSL's clean-up; return true if the agent will run it. */
	bool (*defers)(void (*handler)(void *));
};
void shim_set_hooks(const struct shim_hooks *hooks);

#endif
