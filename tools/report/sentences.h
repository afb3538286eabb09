#ifndef MEMAGENT_SENTENCES_H
#define MEMAGENT_SENTENCES_H
/*
 * sentences: a diagnosis in words.
 *
 * Layer    tools; needs diagnosis, words.
 */
#include <stdio.h>

struct diagnosis;

/*
 * sentences_write(out, d, who, requests):
 * Write the paragraph about the process called ${who}, without a newline, to ${out}.  Figures are
 * also given for each of ${requests} that it served, unless that is 0.
 */
void sentences_write(FILE *out, const struct diagnosis *d, const char *who, double requests);

/* The same in one sentence, for a process like the one that a paragraph before is about. */
void sentences_write_short(FILE *out, const struct diagnosis *d, const char *who);

#endif
