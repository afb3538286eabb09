#ifndef MEMAGENT_JUDGE_H
#define MEMAGENT_JUDGE_H
/*
 * judge: whether a command can be metered, and if not, why.
 *
 * Layer    tools/run; needs elf_file, exclude.
 */
#include <limits.h>
#include <stdbool.h>

struct library;

struct verdict_on {
	char file[PATH_MAX];	/* what exec takes for the command */
	char judged[PATH_MAX];	/* the program that runs for it: the file, or its interpreter */
	char loader[256];	/* the dynamic linker of that, or "" */
	char why[3 * PATH_MAX]; /* why it cannot be metered; "" when it can */
	int fatal;		/* the exit status when it cannot even run, or 0 */
	bool is_harmed;		/* the library would keep it from running, or trouble it */
};

/*
 * judge(command, library, exclude, out):
 * Fill ${out} for ${command} with its arguments, as execvp would find it, and the ${library} that
 * library_find has looked for.  ${exclude} is the value of MEMAGENT_EXCLUDE.
 */
void judge(char *const *command, const struct library *library, const char *exclude,
	   struct verdict_on *out);

/*
 * judge_loading(verdict, preload):
 * Have the dynamic linker of a program that can be metered, so far, find its libraries with
 * ${preload} as LD_PRELOAD, without running it; when it cannot, say why in ${verdict->why}.
 */
void judge_loading(struct verdict_on *verdict, const char *preload);

#endif
