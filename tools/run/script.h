#ifndef MEMAGENT_SCRIPT_H
#define MEMAGENT_SCRIPT_H
/*
 * script: finds the program that runs a script.
 *
 * Layer    tools/run, leaf; pure.
 * Source   execve(2), env(1).
 */

#define SCRIPT_BYTES 257 /* the kernel reads 256 */

struct script {
	char interpreter[SCRIPT_BYTES]; /* from the first line; without one /bin/sh */
	char program[SCRIPT_BYTES];	/* what env runs, if that is the interpreter; else "" */
};

/* Fill ${out} from the first line of ${text}, the beginning of a file. */
void script_read(const char *text, struct script *out);

#endif
