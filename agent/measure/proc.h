#ifndef MEMAGENT_PROC_H
#define MEMAGENT_PROC_H
/*
 * proc: what the kernel says this process occupies.
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
 * Write what ${len} bytes of status text (no NUL needed) tell to ${value}, which has FIELDS
 * elements: FIELD_sys_bytes, FIELD_rss_bytes and the others of the table in proc.c; -1 where the
 * text does not tell.  (The kernel prints "kB" and means 1,024 bytes.)  Return 0; -1 with errno
 * EBADMSG, and all of them -1, when a line that it knows is malformed or it knows none.  Pure.
 */
int proc_status_parse(const char *text, size_t len, int64_t *value);

/*
 * proc_each_line(fd, line, arg):
 * Read all that ${fd} has, from its beginning, and call ${line} for each line, without its newline;
 * a line of over 4,096 bytes (the groups may be many) comes in pieces.  Stop when ${line} returns
 * other than 0, and return that; 0 at the end, or -1 with errno from pread(2).
 */
int proc_each_line(int fd, int (*line)(void *arg, const char *text, size_t len), void *arg);

/*
 * proc_open():
 * Open this process's status for proc_status_read, for as long as the process lives: it stays
 * readable after a chroot.  It is read as the calling thread's, because the main thread may be gone
 * before the process is.  Return a file descriptor, or -1 with errno from open(2).
 */
int proc_open(void);

/* The same of what ${fd} has now.  Return 0, or -1 with errno from pread(2) or proc_status_parse.
 */
int proc_status_read(int fd, int64_t *value);

/*
 * proc_main_is_gone(status):
 * Return 1 when the main thread has ended while the process goes on, and then its exit status in
 * ${status}, unless that is NULL; 0 when it has not; -1 without /proc.
 */
int proc_main_is_gone(int *status);

/*
 * proc_usage_read(value):
 * Write the times and faults of the whole process to ${value}, which has FIELDS elements.  Return
 * 0; -1 with errno, and nothing written.
 */
int proc_usage_read(int64_t *value);

#endif
