#ifndef MEMAGENT_PROC_H
#define MEMAGENT_PROC_H
/*
 * proc: reads the process's memory, CPU time and page faults from the kernel.
 *
 * Layer    agent; needs fields.
 * Threads  no shared state; callable from any thread.
 * Memory   never allocates, so it cannot disturb what it measures.
 * Source   proc(5), /proc/[pid]/status; getrusage(2).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * proc_status_parse(text, len, value):
 * Parse ${len} bytes of status text (no NUL needed) into ${value}, which has FIELDS elements.  Set
 * the fields in the table of proc.c; -1 for those that the text lacks.  The kernel's "kB" are 1,024
 * bytes.  Return 0; -1 with errno EBADMSG and all these fields -1 if a known line is malformed or
 * no line is known.  Pure.
 */
int proc_status_parse(const char *text, size_t len, int64_t *value);

/*
 * proc_each_line(fd, line, arg):
 * Read ${fd} from its beginning and call ${line} for each line, without its newline.  A line of
 * over 4,096 bytes (Groups may be long) is passed in pieces.  If ${line} returns a value other than
 * 0, stop and return that.  Return 0 at the end, or -1 with errno from pread(2).
 */
int proc_each_line(int fd, int (*line)(void *arg, const char *text, size_t len), void *arg);

/*
 * proc_open():
 * Open the status file for proc_status_read.  It stays readable after a chroot.  It is that of the
 * calling thread, because the main thread may end before the process.  Return a file descriptor, or
 * -1 with errno from open(2).
 */
int proc_open(void);

/* Read and parse ${fd}.  Return 0, or -1 with errno from pread(2) or proc_status_parse. */
int proc_status_read(int fd, int64_t *value);

/*
 * proc_main_is_gone(status):
 * Return 1 if the main thread has ended before the process, and set ${status}, unless NULL, to its
 * exit status; 0 if it has not ended; -1 without /proc.
 */
int proc_main_is_gone(int *status);

/*
 * proc_usage_read(value):
 * Write the CPU times and page faults of the whole process to ${value}, which has FIELDS elements.
 * Return 0; -1 with errno and ${value} unchanged.
 */
int proc_usage_read(int64_t *value);

#endif
