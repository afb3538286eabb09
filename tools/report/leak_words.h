#ifndef MEMAGENT_LEAK_WORDS_H
#define MEMAGENT_LEAK_WORDS_H
/*
 * leak_words: says which call sites leak.
 *
 * Layer    tools; needs site_table, words.
 */
#include <stdint.h>
#include <stdio.h>

struct site_row;

/* The sentences of one process; the rest is counted. */
#define LEAK_WORDS_MOST 3

/*
 * leak_words_write(out, row, place, end_ms):
 * Write "push_global (server.c:212) leaks 4.9 ± 0.6 KiB/s, 96 % of the growth, since 14:02."
 * ${place} is "" if it is unknown; ${end_ms} is the time of the last points.
 */
void leak_words_write(FILE *out, const struct site_row *row, const char *place, int64_t end_ms);

#endif
