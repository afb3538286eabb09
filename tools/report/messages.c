#include "tools/report/messages.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void print(const char *before, const char *format, va_list args)
{
	fputs(before, stderr);
	vfprintf(stderr, format, args);
}

void messages_progress(const char *format, ...)
{
	va_list args;

	if (!isatty(STDERR_FILENO))
		return;
	va_start(args, format);
	print("\r\033[K", format, args);
	va_end(args);
}

void messages_clear(void)
{
	messages_progress("%s", "");
}

void messages_fail(const char *format, ...)
{
	va_list args;

	messages_clear();
	va_start(args, format);
	print("memagent-report: ", format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

void messages_usage_error(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	print("memagent-report: ", format, args);
	va_end(args);
	fputs("\nTry memagent-report --help.\n", stderr);
	exit(2);
}
