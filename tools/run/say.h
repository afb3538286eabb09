#ifndef MEMAGENT_SAY_H
#define MEMAGENT_SAY_H
/*
 * say: the messages of memagent-run.
 *
 * Layer    tools/run, leaf.
 */

/* Print a line "memagent-run: ..." to standard error. */
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

#endif
