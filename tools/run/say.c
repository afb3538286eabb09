#include "tools/run/say.h"

#include <stdarg.h>
#include <stdio.h>

void say(const char *format, ...)
{
	va_list args;

	fputs("memagent-run: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
}
