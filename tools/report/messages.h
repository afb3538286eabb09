#ifndef MEMAGENT_MESSAGES_H
#define MEMAGENT_MESSAGES_H
/*
 * messages: progress and errors of memagent-report, on stderr.
 *
 * Layer    tools, leaf.
 */
#define MESSAGES_FORMAT __attribute__((format(printf, 1, 2)))

/* Show progress, on a terminal only.  The next message replaces this one. */
void messages_progress(const char *format, ...) MESSAGES_FORMAT;

/* Clear the progress message. */
void messages_clear(void);

/* Print why there is no report, and exit with 1. */
void messages_fail(const char *format, ...) MESSAGES_FORMAT __attribute__((noreturn));

/* Print what is wrong with the command line or the environment, and exit with 2. */
void messages_usage_error(const char *format, ...) MESSAGES_FORMAT __attribute__((noreturn));

#endif
