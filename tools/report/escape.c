#include "tools/report/escape.h"

#include <stdbool.h>

#include "tools/report/utf8.h"

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return NULL;
	}
}

/* Write the character at ${text}.  Return what follows it. */
static const char *print_one(FILE *out, const char *text)
{
	size_t n = utf8_length(text);

	if (n == 0) {
		fputs("\xef\xbf\xbd", out);
		return text + 1;
	}
	if (entity(*text))
		fputs(entity(*text), out);
	else
		fwrite(text, 1, n, out);
	return text + n;
}

void escape_print(FILE *out, const char *text)
{
	while (*text)
		text = print_one(out, text);
}

static size_t count_characters(const char *text)
{
	size_t count = 0;

	for (; *text; count++) {
		size_t n = utf8_length(text);

		text += n ? n : 1;
	}
	return count;
}

void escape_print_short(FILE *out, const char *text, size_t most)
{
	bool is_cut = count_characters(text) > most;

	for (size_t left = is_cut ? most - 1 : most; *text && left > 0; left--)
		text = print_one(out, text);
	if (is_cut)
		fputs("…", out);
}
