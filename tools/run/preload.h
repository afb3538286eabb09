#ifndef MEMAGENT_PRELOAD_H
#define MEMAGENT_PRELOAD_H
/*
 * preload: the value of LD_PRELOAD.
 *
 * Layer    tools/run, leaf; pure.
 */

/*
 * preload_join(library, before):
 * Return ${library} in front of what LD_PRELOAD had ${before} (NULL: it was not set), or that alone
 * when the library is in it already; from malloc, or NULL.
 */
char *preload_join(const char *library, const char *before);

#endif
