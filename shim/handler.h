#ifndef MEMAGENT_HANDLER_H
#define MEMAGENT_HANDLER_H
/*
 * handler: whether a signal handler runs, and what it has interrupted.
 *
 * Layer    shim; needs next.h, object.h.
 * Threads  any; tells of the main thread's stack and of a stack for signals, not of others.
 * Memory   never allocates; safe in a signal handler.
 * Source   Linux, arch/x86/kernel/signal_64.c, "struct rt_sigframe".
 */

/* From the main thread, at the start. */
void handler_init(void);

enum handler_state {
	HANDLER_NONE,	/* no signal handler runs, or nobody can tell */
	HANDLER_RUNS,	/* one runs, and has not interrupted the allocator */
	HANDLER_INSIDE, /* one runs, and may have interrupted the allocator */
};

/* Return what the calling thread is at.  Leaves errno alone. */
enum handler_state handler_state(void);

#endif
