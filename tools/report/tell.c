#include "tools/report/tell.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void say(const char *before, const char *format, va_list args)
{
	fputs(before, stderr);
	vfprintf(stderr, format, args);
}

void tell_progress(const char *format, ...)
{
	va_list args;

	if (!isatty(STDERR_FILENO))
		return;
	va_start(args, format);
	say("\r\033[K", format, args);
	va_end(args);
}

void tell_done(void)
{
	tell_progress("%s", "");
}

void tell_failure(const char *format, ...)
{
	va_list args;

	tell_done();
	va_start(args, format);
	say("memagent-report: ", format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

void tell_misuse(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say("memagent-report: ", format, args);
	va_end(args);
	fputs("\nTry memagent-report --help.\n", stderr);
	exit(2);
}

void *tell_grown(void *array, size_t *room, size_t need, size_t size)
{
	size_t more = *room * 2 < 16 ? 16 : *room * 2;
	void *longer;

	if (need <= *room)
		return array;
	if (more < need)
		more = need;
	longer = reallocarray(array, more, size);
	if (longer == NULL)
		tell_failure("out of memory");
	*room = more;
	return longer;
}

char *tell_kept(char *text)
{
	if (text == NULL)
		tell_failure("out of memory");
	return text;
}
