#ifndef MEMAGENT_HANDLER_H
#define MEMAGENT_HANDLER_H
/*
 * handler: whether a signal handler is running, and what it has interrupted.
 *
 * Layer    shim; needs next.h, object.h.
 * Threads  any; but only the main thread's stack and alternate signal stacks are searched.
 * Memory   never allocates; safe in a signal handler.
 * Source   Linux, arch/x86/kernel/signal_64.c, "struct rt_sigframe".
 */

/* Called by the main thread, at the start. */
void handler_init(void);

enum handler_state {
	HANDLER_NONE,	/* no signal handler runs, or it is unknown */
	HANDLER_RUNS,	/* one runs, and has not interrupted the allocator */
	HANDLER_INSIDE, /* one runs, and may have interrupted the allocator */
};

/* Return the state of the calling thread.  Leaves errno alone. */
enum handler_state handler_state(void);

#endif
