#ifndef MEMAGENT_GNUPLOT_H
#define MEMAGENT_GNUPLOT_H
/*
 * gnuplot: runs it.
 *
 * Layer    tools; needs tell.
 */
#include <stdio.h>

/* Exit with a message that says what to install, unless there is a gnuplot. */
void gnuplot_expect(void);

/* Have gnuplot do what stands in ${script}, from its beginning, in the current directory. */
void gnuplot_run(FILE *script);

/* Write ${text} to ${script} as one string. */
void gnuplot_print_quoted(FILE *script, const char *text);

/* Write how all pictures look to ${script}, for a picture NAME.TERMINAL: "png" or "svg". */
void gnuplot_print_style(FILE *script, const char *name, const char *terminal);

#endif
