#ifndef MEMAGENT_LOG_H
#define MEMAGENT_LOG_H
/*
 * log: writes errors to where MEMAGENT_LOG says.
 *
 * The sidecar has its own table of file descriptors, so each line goes through a copy of the
 * program's descriptor 2.  The line is dropped if descriptor 2 is not the same file as at the
 * start: the program may have reused the number for a file or socket of its own.
 *
 * Layer    agent; needs clock, fnv.
 * Threads  log_remember in the main thread; the rest in the sidecar.
 * Memory   never allocates.
 */
#include <stdbool.h>
#include <sys/types.h>

/*
 * What a line is about.  LOG_CONFIG (settings) and LOG_FILE (files that cannot be opened) are for
 * the start.  Of each other kind, at most one line a minute is written, and no repetition of the
 * last one.
 */
enum log_kind { LOG_CONFIG, LOG_FILE, LOG_SEND, LOG_TAGS, LOG_SPOOL, LOG_END, LOG_KINDS };

/* Remember which file stderr is now. */
void log_remember(void);

/*
 * log_open(sink, pid, parent_has_logged):
 * ${sink}: "off", "stderr" or the absolute path of a file, which is opened for each line with mode
 * 0600.  If it cannot be opened, a line on stderr says so, and stderr is used instead.
 * ${parent_has_logged}: return whether the parent process has already logged the start lines of
 * this kind; NULL: it has not.  Called only when there is such a line.
 */
void log_open(const char *sink, pid_t pid, bool (*parent_has_logged)(enum log_kind kind));

/* The problem that the last line of this kind reported is over; if it returns, log it again. */
void log_resolved(enum log_kind kind);

/* Write "memagent[PID]: ", the text and a newline.  Never blocks.  Drops the line on failure. */
void log_say(enum log_kind kind, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
