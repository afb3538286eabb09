#ifndef MEMAGENT_SECRET_H
#define MEMAGENT_SECRET_H
/*
 * secret: a password in a file.
 *
 * Layer    agent, leaf.
 * Memory   never allocates.
 */

#define SECRET_BYTES 256

/*
 * secret_read(path, out):
 * Copy the first line of the file ${path} to ${out}.  Return 0; -1 with errno from open(2) or
 * read(2), ENODATA when the line is empty, EMSGSIZE when it has more than 255 bytes, or
 * EILSEQ when there is a NUL; ${out} is then as it was: what the file had earlier still serves.
 */
int secret_read(const char *path, char out[SECRET_BYTES]);

#endif
