#ifndef MEMAGENT_SECRET_H
#define MEMAGENT_SECRET_H
/*
 * secret: reads a password or token from a file.
 *
 * Layer    agent, leaf.
 * Memory   never allocates.
 */

#define SECRET_BYTES 256

/*
 * secret_read(path, out):
 * Copy the first line of the file ${path} to ${out}.  Return 0; -1 with errno from open(2) or
 * read(2), ENODATA if the line is empty, EMSGSIZE if it exceeds 255 bytes, or EILSEQ if the file
 * contains a NUL.  On failure ${out} is unchanged, so an earlier secret stays in use.
 */
int secret_read(const char *path, char out[SECRET_BYTES]);

#endif
