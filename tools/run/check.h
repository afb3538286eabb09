#ifndef MEMAGENT_CHECK_H
#define MEMAGENT_CHECK_H
/*
 * check: memagent-run --check: tests the settings and the destination.
 *
 * Layer    tools/run; needs destination, options, secret, transport, url, verdict.
 */
#include <stdbool.h>

struct library;

/* Print "WHAT  ok  ..." or "WHAT  FAIL  ...", and remember a failure for check_failed. */
__attribute__((format(printf, 2, 3))) void check_pass(const char *what, const char *format, ...);
__attribute__((format(printf, 2, 3))) void check_fail(const char *what, const char *format, ...);
bool check_failed(void);

/* Check the settings in the environment and the destination that they name. */
void check_destination(const struct library *library);

/* Check that the file ${path} can be appended to.  It is not changed. */
void check_file(const char *path);

#endif
