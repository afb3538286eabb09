#ifndef MEMAGENT_RESIDENT_H
#define MEMAGENT_RESIDENT_H
/*
 * resident: removes the pages of loaded libraries from the program's resident set.
 *
 * Loading a library touches most of its pages once, and for each the kernel maps 15 more.  Pages
 * that were not written to can be dropped: they stay in the page cache and are mapped again on use.
 *
 * Layer    agent, leaf.
 * Threads  the sidecar; takes the dynamic linker's lock.
 * Source   elf(5); madvise(2), MADV_DONTNEED; proc(5), /proc/pid/pagemap.
 */

/* Return how many objects are loaded. */
int resident_objects(void);

/*
 * resident_drop(objects):
 * Drop the read-only pages of all objects loaded after the first ${objects}.  Keep private copies:
 * a debugger or a probe may have written a breakpoint there.  Without /proc, do nothing.
 */
void resident_drop(int objects);

#endif
