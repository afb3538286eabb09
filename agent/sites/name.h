#ifndef MEMAGENT_NAME_H
#define MEMAGENT_NAME_H
/*
 * name: makes the name of a function fit for a point and a flame graph.
 *
 * Layer    agent, leaf; pure.
 */
#include <stddef.h>

#define NAME_MOST 256 /* bytes, without the NUL */

/*
 * name_clean(text):
 * Replace in place what may not be in a name: ";" by ",", a quotation mark by an apostrophe, and
 * control characters and bytes that are not UTF-8 by "?".
 */
void name_clean(char *text);

/*
 * name_shorten(text, out, size):
 * Copy ${text} to ${out}.  If it is too long, replace the arguments of templates by "...", first
 * the innermost ones.  If it still is, cut off the end and write "..." there.  ${size} is at
 * least 8.  Return the length.
 */
size_t name_shorten(const char *text, char *out, size_t size);

/*
 * name_identifier(text, length):
 * Return where in the demangled ${text} the function's qualified name starts, after the result that
 * functions made from templates have, and set ${length} to its length, without the parameters and
 * without suffixes that the compiler adds to clones (".cold", ".part.0").
 */
const char *name_identifier(const char *text, size_t *length);

/*
 * name_without_clone(text, out, size):
 * Copy ${text} without the suffixes that the compiler adds to the names of clones: ".cold",
 * ".part.0", " [clone .cold]".
 */
void name_without_clone(const char *text, char *out, size_t size);

#endif
