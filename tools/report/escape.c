#include "tools/report/escape.h"

#include <stdbool.h>

static bool is_between(unsigned char c, unsigned char low, unsigned char high)
{
	return low <= c && c <= high;
}

/* Return the length of the character at ${p}; 0 if it is not one that XML allows. */
static size_t character(const unsigned char *p)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (n == 1)
		return p[0] >= ' ' && p[0] != 0x7f ? 1 : 0;
	if (!is_between(p[0], 0xc2, 0xf4))
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0; /* shorter forms exist */
	if (p[0] == 0xed)
		high = 0x9f; /* surrogates */
	if (p[0] == 0xf0)
		low = 0x90;
	if (p[0] == 0xf4)
		high = 0x8f;
	if (!is_between(p[1], low, high))
		return 0;
	for (size_t i = 2; i < n; i++)
		if (!is_between(p[i], 0x80, 0xbf))
			return 0;
	return n == 3 && p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe ? 0 : n; /* U+FFFE, U+FFFF */
}

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
	size_t n = character((const unsigned char *)text);

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
		size_t n = character((const unsigned char *)text);

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
