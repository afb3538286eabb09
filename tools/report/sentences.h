#ifndef MEMAGENT_SENTENCES_H
#define MEMAGENT_SENTENCES_H
/*
 * sentences: writes a diagnosis as English text.
 *
 * Layer    tools; needs diagnosis, words.
 */
#include <stdbool.h>
#include <stdio.h>

struct diagnosis;

/*
 * sentences_write(out, d, who, requests, has_leak):
 * Write the paragraph about the process ${who} to ${out}, without a newline.  If it served
 * ${requests}, other than 0, include figures per request.  If it ${has_leak}, a call site that was
 * judged to leak, do not say that it is no leak or that it may be one.
 */
void sentences_write(FILE *out, const struct diagnosis *d, const char *who, double requests,
		     bool has_leak);

/* Write one sentence about a process whose group has had its paragraph. */
void sentences_write_short(FILE *out, const struct diagnosis *d, const char *who, bool has_leak);

#endif
