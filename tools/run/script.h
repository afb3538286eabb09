#ifndef MEMAGENT_SCRIPT_H
#define MEMAGENT_SCRIPT_H
/*
 * script: which program runs a script.
 *
 * Layer    tools/run, leaf; pure.
 * Source   execve(2), env(1).
 */

#define SCRIPT_BYTES 257 /* the kernel reads 256 */

struct script {
	char interpreter[SCRIPT_BYTES]; /* of the first line; without one /bin/sh */
	char program[SCRIPT_BYTES];	/* when that is env: what env runs, or "" */
};

/* Fill ${out} from the beginning of a file, ${text}: its first line is all that counts. */
void script_read(const char *text, struct script *out);

#endif
