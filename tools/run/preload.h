#ifndef MEMAGENT_PRELOAD_H
#define MEMAGENT_PRELOAD_H
/*
 * preload: makes the value of LD_PRELOAD.
 *
 * Layer    tools/run, leaf; pure.
 */

/*
 * preload_join(library, before):
 * Return ${library} in front of ${before}, the value of LD_PRELOAD or NULL.  If the library is in
 * ${before} already, return that.  The result is from malloc, or NULL.
 */
char *preload_join(const char *library, const char *before);

#endif
