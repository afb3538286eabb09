#ifndef MEMAGENT_SENTENCES_H
#define MEMAGENT_SENTENCES_H
/*
 * sentences: writes a diagnosis as English text.
 *
 * Layer    tools; needs diagnosis, words.
 */
#include <stdio.h>

struct diagnosis;

/*
 * sentences_write(out, d, who, requests):
 * Write the paragraph about the process ${who} to ${out}, without a newline.  If it served
 * ${requests}, other than 0, include figures per request.
 */
void sentences_write(FILE *out, const struct diagnosis *d, const char *who, double requests);

/* Write one sentence about a process whose group has had its paragraph. */
void sentences_write_short(FILE *out, const struct diagnosis *d, const char *who);

#endif
