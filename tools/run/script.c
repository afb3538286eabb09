#include "tools/run/script.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define BLANKS " \t"

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* Return whether env is to split its argument into words: -S, -iS, --split-string. */
static bool is_split(const char *args)
{
	if (starts_with(args, "--split-string=") || starts_with(args, "--split-string "))
		return true;
	return args[0] == '-' && args[1 + strspn(args + 1, "iv0")] == 'S';
}

/* Return the first word that is neither an option of env nor an assignment, or NULL. */
static char *find_program(char *args)
{
	char *rest = args;
	char *word;

	while ((word = strtok_r(rest, BLANKS, &rest)) != NULL) {
		if (starts_with(word, "--split-string="))
			word += strlen("--split-string=");
		else if (word[0] == '-' && word[1] != '-' && is_split(word))
			word = strchr(word, 'S') + 1;
		if (strcmp(word, "-u") == 0 || strcmp(word, "-C") == 0 ||
		    strcmp(word, "--unset") == 0 || strcmp(word, "--chdir") == 0)
			strtok_r(rest, BLANKS, &rest);
		else if (word[0] && word[0] != '-' && strchr(word, '=') == NULL)
			return word;
	}
	return NULL;
}

/* The kernel passes one argument, which env splits only if told to. */
static void read_env(char *args, struct script *out)
{
	const char *program = is_split(args)			    ? find_program(args)
			      : args[0] == '-' || strchr(args, '=') ? NULL
								    : args;

	if (program)
		snprintf(out->program, sizeof(out->program), "%s", program);
}

void script_read(const char *text, struct script *out)
{
	char line[SCRIPT_BYTES];
	char *interpreter, *args;
	size_t n;

	memset(out, 0, sizeof(*out));
	snprintf(line, sizeof(line), "%s", text);
	line[strcspn(line, "\n")] = '\0';
	for (n = strlen(line); n && strchr(BLANKS, line[n - 1]); n--)
		line[n - 1] = '\0';
	interpreter = starts_with(line, "#!") ? line + 2 + strspn(line + 2, BLANKS) : line;
	if (interpreter == line || interpreter[0] == '\0') {
		strcpy(out->interpreter, "/bin/sh");
		return;
	}
	args = interpreter + strcspn(interpreter, BLANKS);
	if (*args)
		*args++ = '\0';
	args += strspn(args, BLANKS);
	snprintf(out->interpreter, sizeof(out->interpreter), "%s", interpreter);
	if (strcmp(basename(interpreter), "env") == 0 && args[0])
		read_env(args, out);
}
