#ifndef MEMAGENT_JUDGE_H
#define MEMAGENT_JUDGE_H
/*
 * judge: finds out whether a command can be metered, and if not, why.
 *
 * Layer    tools/run; needs elf_file, exclude.
 */
#include <limits.h>
#include <stdbool.h>

struct library;

struct verdict_on {
	char file[PATH_MAX];	/* the file that exec finds for the command */
	char judged[PATH_MAX];	/* the program that runs: this file, or its interpreter */
	char loader[256];	/* its dynamic linker, or "" */
	char why[3 * PATH_MAX]; /* why it cannot be metered; "" when it can */
	int fatal;		/* the exit status if it cannot run at all, or 0 */
	bool is_harmed;		/* the library would break it, so it runs without */
};

/*
 * judge(command, library, exclude, out):
 * Judge ${command}, which ends with NULL, as execvp would find it.  ${library} is from
 * library_find,
 * ${exclude} the value of MEMAGENT_EXCLUDE.
 */
void judge(char *const *command, const struct library *library, const char *exclude,
	   struct verdict_on *out);

/*
 * judge_loading(verdict, preload):
 * If nothing is wrong so far, let the program's dynamic linker find all libraries, with ${preload}
 * as LD_PRELOAD, without running the program.  If that fails, set ${verdict->why}.
 */
void judge_loading(struct verdict_on *verdict, const char *preload);

#endif
