#ifndef MEMAGENT_LOG_H
#define MEMAGENT_LOG_H
/*
 * log: tells of trouble, where MEMAGENT_LOG says, and of nothing else.
 *
 * The sidecar has file descriptors of its own, so the program's stderr is borrowed for each line;
 * and only while it still is what it was at the start: a program may have closed it and opened a
 * file of its own under that number, or hand it to a client.
 *
 * Layer    agent; needs clock.
 * Threads  log_remember in the main thread; the rest in the sidecar.
 * Memory   never allocates.
 */
#include <stdbool.h>
#include <sys/types.h>

/*
 * What a line is about.  The first two kinds are for the start: a setting, and a file that cannot
 * be opened.  Of each other kind there is one line a minute at most, and none that says what the
 * last one said.
 */
enum log_kind { LOG_CONFIG, LOG_FILE, LOG_SEND, LOG_TAGS, LOG_SPOOL, LOG_END, LOG_KINDS };

/* Note what stderr is now. */
void log_remember(void);

/*
 * log_open(sink, pid, is_told):
 * ${sink}: "off", "stderr" or the absolute path of a file, opened for each line, mode 0600; when
 * that cannot be, it is said on stderr, which is used instead.  ${is_told}: whether the parent
 * process has the same settings and has said what is wrong with them, so that lines of this kind,
 * one of the start, are not said again; NULL is no.  Asked for when there is something to say.
 */
void log_open(const char *sink, pid_t pid, bool (*is_told)(enum log_kind kind));

/* What was last told of this kind is over: should it come again, that is worth a line. */
void log_over(enum log_kind kind);

/* Write "memagent[PID]: ", the text, and a newline.  Never fails, never waits. */
void log_say(enum log_kind kind, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
