#ifndef MEMAGENT_PROC_H
#define MEMAGENT_PROC_H
/*
 * proc: what the kernel says this process occupies.
 *
 * Layer    agent, leaf: needs no other memagent header.
 * Threads  no shared state; callable from any thread.
 * Memory   never allocates, so it cannot disturb what it measures.
 * Source   proc(5), /proc/[pid]/status; getrusage(2).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One reading; -1 where the kernel did not tell.  (It prints "kB" and means 1,024 bytes.) */
struct proc_status {
	int64_t sys_bytes;	/* address space */
	int64_t rss_bytes;	/* resident; shared pages counted in full */
	int64_t rss_peak_bytes; /* high-water mark of the resident set */
	int64_t swap_bytes;	/* anonymous pages now in swap */
	int64_t stack_bytes;	/* stack of the main thread */
	int64_t threads;
};

struct proc_usage {
	int64_t minor_faults;
	int64_t major_faults;
	int64_t cpu_user_ns;
	int64_t cpu_sys_ns;
};

/*
 * proc_status_parse(text, len, out):
 * Parse ${len} bytes of status text (no NUL needed) into ${out}, skipping lines it does not know.
 * Return 0; -1 with errno EBADMSG when a line that it knows is malformed or it knows none of them,
 * ${out} then all -1.  Pure.
 */
int proc_status_parse(const char *text, size_t len, struct proc_status *out);

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

/* Read ${fd} anew into ${out}.  Return 0, or -1 with errno from pread(2) or proc_status_parse. */
int proc_status_read(int fd, struct proc_status *out);

/*
 * proc_main_is_gone(status):
 * Return 1 when the main thread has ended while the process goes on, and then its exit status in
 * ${status}, unless that is NULL; 0 when it has not; -1 without /proc.
 */
int proc_main_is_gone(int *status);

/* Read the times and faults of the whole process.  Return 0, or -1 with errno, ${out} all -1. */
int proc_usage_read(struct proc_usage *out);

#endif
