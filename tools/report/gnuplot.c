#include "tools/report/gnuplot.h"

#include <errno.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/report/messages.h"

/* Run gnuplot.  Return its wait status, or -1 with errno. */
static int run(int input, int output, int errors)
{
	char name[] = "gnuplot";
	char *const arguments[] = {name, NULL};
	posix_spawn_file_actions_t actions;
	int status = -1;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
	errno = posix_spawnp(&pid, name, &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (errno == 0)
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	return status;
}

static FILE *open_temporary(void)
{
	FILE *file = tmpfile();

	if (file == NULL)
		messages_fail("cannot create a temporary file: %s", strerror(errno));
	return file;
}

void gnuplot_run(FILE *script)
{
	FILE *errors = open_temporary();
	char text[1024];
	size_t n;
	int status;

	if (fflush(script) || lseek(fileno(script), 0, SEEK_SET) < 0)
		messages_fail("cannot write the script for gnuplot: %s", strerror(errno));
	status = run(fileno(script), fileno(errors), fileno(errors));
	if (status == -1)
		messages_fail("cannot run gnuplot: %s; install it (in Debian: gnuplot-nox)",
			      strerror(errno));
	rewind(errors);
	n = fread(text, 1, sizeof(text) - 1, errors);
	text[n] = '\0';
	if (status != 0)
		messages_fail("gnuplot: %s", text);
	fclose(errors);
}

void gnuplot_expect(void)
{
	FILE *empty = open_temporary();

	gnuplot_run(empty);
	fclose(empty);
}

void gnuplot_print_quoted(FILE *script, const char *text)
{
	fputc('\'', script);
	for (; *text; text++) {
		if (*text == '\'')
			fputc('\'', script);
		fputc(*text, script);
	}
	fputc('\'', script);
}

void gnuplot_print_style(FILE *script, const char *name, const char *terminal)
{
	fputs("reset\n", script);
	if (strcmp(terminal, "png") == 0)
		fputs("set terminal pngcairo size 960,360 font 'DejaVu Sans,10' "
		      "background '#ffffff' rounded\n",
		      script);
	else
		fputs("set terminal svg size 960,360 dynamic rounded background '#ffffff' "
		      "font 'DejaVu Sans,Verdana,sans-serif,12'\n",
		      script);
	fprintf(script, "set output '%s.%s'\n", name, terminal);
	fputs("set encoding utf8\n"
	      "set datafile separator \"\\t\"\n"
	      "set datafile missing '-'\n"
	      "set border 3 lw 1 lc rgb '#9aa5b1'\n"
	      "set tics nomirror out scale 0.5 textcolor rgb '#3e4c59'\n"
	      "set grid ytics lt 1 lw 1 lc rgb '#e4e7eb'\n"
	      "set lmargin 11\n"
	      "set rmargin 3\n"
	      "set tmargin 3.2\n"
	      "set bmargin 3.4\n"
	      "set key at graph 1, screen 0.96 right top horizontal reverse Left noenhanced "
	      "samplen 2 textcolor rgb '#3e4c59'\n"
	      "set yrange [0:*]\n"
	      "set xlabel textcolor rgb '#3e4c59' offset 0,0.4\n"
	      "set ylabel textcolor rgb '#3e4c59'\n",
	      script);
}
