#ifndef MEMAGENT_EXECUTABLE_H
#define MEMAGENT_EXECUTABLE_H
/*
 * executable: the file that the process runs.
 *
 * Layer    agent, leaf.
 * Memory   never allocates.
 * Source   proc(5), /proc/pid/exe.
 */
#include <stddef.h>

/* A link to it.  That of the thread, because the main thread may have ended. */
#define EXECUTABLE "/proc/thread-self/exe"

/*
 * executable_path(out, size):
 * Copy the path, without the " (deleted)" that the kernel adds when the file has been removed or
 * replaced.  It is "" without /proc.
 */
void executable_path(char *out, size_t size);

/*
 * executable_name(out, size):
 * Copy the name of the executable; for a script that is its interpreter.  Without /proc it is the
 * name that the program was started by.
 */
void executable_name(char *out, size_t size);

#endif
