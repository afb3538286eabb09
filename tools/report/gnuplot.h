#ifndef MEMAGENT_GNUPLOT_H
#define MEMAGENT_GNUPLOT_H
/*
 * gnuplot: runs gnuplot and writes parts of its scripts.
 *
 * Layer    tools; needs messages.
 */
#include <stdio.h>

/* Exit with a message if gnuplot is not installed. */
void gnuplot_expect(void);

/* Run the whole ${script} in the current directory.  Exits on an error. */
void gnuplot_run(FILE *script);

/* Write ${text} to ${script} as a quoted string. */
void gnuplot_print_quoted(FILE *script, const char *text);

/* Write the common style to ${script}, for the file NAME.TERMINAL; terminal: "png" or "svg". */
void gnuplot_print_style(FILE *script, const char *name, const char *terminal);

#endif
