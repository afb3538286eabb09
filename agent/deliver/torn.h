#ifndef MEMAGENT_TORN_H
#define MEMAGENT_TORN_H
/*
 * torn: half a line at the end of a file, which a process left that was killed while it wrote.
 *
 * The next line must not continue it.  A newline alone would not do: half a line may be a valid one
 * with another value or time, and a quotation mark that is open goes on over the newline.
 *
 * Layer    agent, leaf; pure.
 * Source   InfluxDB 1.x, models/points.go, scanLine.
 */
#include <stdbool.h>
#include <stddef.h>

#define TORN_BYTES 16

/*
 * torn_end(half, len, out):
 * Write to ${out} what makes of the ${len} bytes of ${half} a line that no server takes for a
 * point, with its newline; or the newline alone, when nothing else was missing.  Return its length.
 */
size_t torn_end(const char *half, size_t len, char out[TORN_BYTES]);

/* Return whether a line of ${len} bytes, its newline included, was ended so. */
bool torn_is(const char *line, size_t len);

#endif
