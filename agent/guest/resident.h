#ifndef MEMAGENT_RESIDENT_H
#define MEMAGENT_RESIDENT_H
/*
 * resident: keeps what the loading of libraries has touched out of the program's resident set.
 *
 * The linker and the libraries' initialisers touch most pages once, and around each one the kernel
 * maps 15 more.  Those that nobody has written to can go again: they stay in the page cache, and
 * come back when they are used.
 *
 * Layer    agent, leaf.
 * Threads  the sidecar; takes the dynamic linker's lock.
 * Source   elf(5); madvise(2), MADV_DONTNEED; proc(5), /proc/pid/pagemap.
 */

/* Return how many objects are loaded. */
int resident_objects(void);

/*
 * resident_drop(objects):
 * Unmap the read-only pages of what was loaded after the first ${objects}, but for those that are
 * the process's own: where a debugger or a probe has written a breakpoint, it stays.  Without
 * /proc, do nothing.
 */
void resident_drop(int objects);

#endif
