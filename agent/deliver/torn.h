#ifndef MEMAGENT_TORN_H
#define MEMAGENT_TORN_H
/*
 * torn: ends an incomplete line, which a killed process left at the end of a file.
 *
 * A newline alone is not enough.  An incomplete line may parse as a point with a wrong value or
 * time, and an open quotation mark continues past the newline.
 *
 * Layer    agent, leaf; pure.
 * Source   InfluxDB 1.x, models/points.go, scanLine.
 */
#include <stdbool.h>
#include <stddef.h>

#define TORN_BYTES 16

/*
 * torn_end(half, len, out):
 * Write to ${out} the text that makes ${half}, of ${len} bytes, a line that no server parses as a
 * point, including its newline.  If only the newline is missing, write just that.  Return the
 * length of the text.
 */
size_t torn_end(const char *half, size_t len, char out[TORN_BYTES]);

/* Return whether torn_end ended this ${line} of ${len} bytes, including its newline. */
bool torn_is(const char *line, size_t len);

#endif
