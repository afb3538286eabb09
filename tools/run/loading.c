/*
 * loading: asks the dynamic linker whether a program can be loaded with the library.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/run/judge.h"

/* Exec the dynamic linker, which lists the libraries that it finds and does not run the program. */
static __attribute__((noreturn)) void list(const struct verdict_on *v, const char *preload, int out)
{
	dup2(out, STDOUT_FILENO);
	dup2(out, STDERR_FILENO);
	setenv("LD_PRELOAD", preload, 1);
	execl(v->loader, v->loader, "--list", v->judged, (char *)NULL);
	_exit(0); /* then nothing is known */
}

/* Keep the line that reports an error. */
static void read_lines(int in, char *line, size_t size)
{
	FILE *lines = fdopen(in, "r");
	char *next = NULL;
	size_t room = 0;

	if (lines == NULL) {
		close(in);
		return;
	}
	while (getline(&next, &room, lines) > 0) {
		next[strcspn(next, "\n")] = '\0';
		if (strstr(next, "error while loading") || strstr(next, "not found"))
			snprintf(line, size, "%s", next + strspn(next, " \t"));
	}
	free(next);
	fclose(lines);
}

void judge_loading(struct verdict_on *v, const char *preload)
{
	char line[512] = "";
	int ends[2], status = 0;
	pid_t child;

	if (v->why[0] || v->loader[0] == '\0' || pipe(ends))
		return;
	child = fork();
	if (child == 0)
		list(v, preload, ends[1]);
	close(ends[1]);
	read_lines(ends[0], line, sizeof(line));
	if (child < 0 || waitpid(child, &status, 0) != child)
		return;
	/* For a missing symbol version it prints a line and exits with 0. */
	if (status != 0 || line[0])
		snprintf(v->why, sizeof(v->why), "its dynamic linker cannot load it: %s",
			 line[0] ? line : "it gives no reason");
}
