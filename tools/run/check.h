#ifndef MEMAGENT_CHECK_H
#define MEMAGENT_CHECK_H
/*
 * check: memagent-run --check, of where the points go.
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

/* The destination is a file, ${path}: it is looked at, and stays as it is. */
void check_file(const char *path);

#endif
