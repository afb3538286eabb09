#include "tools/report/utf8.h"

#include <stdbool.h>

static bool is_between(unsigned char c, unsigned char low, unsigned char high)
{
	return low <= c && c <= high;
}

/* Return the lowest and the highest second byte after ${first}. */
static void second_bytes(unsigned char first, unsigned char *low, unsigned char *high)
{
	*low = 0x80;
	*high = 0xbf;
	if (first == 0xc2)
		*low = 0xa0; /* control characters, up to U+009F */
	if (first == 0xe0)
		*low = 0xa0; /* shorter forms exist */
	if (first == 0xed)
		*high = 0x9f; /* surrogates */
	if (first == 0xf0)
		*low = 0x90;
	if (first == 0xf4)
		*high = 0x8f;
}

size_t utf8_length(const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	unsigned char low, high;

	if (n == 1)
		return p[0] >= ' ' && p[0] != 0x7f;
	second_bytes(p[0], &low, &high);
	if (!is_between(p[0], 0xc2, 0xf4) || !is_between(p[1], low, high))
		return 0;
	for (size_t i = 2; i < n; i++)
		if (!is_between(p[i], 0x80, 0xbf))
			return 0;
	return n == 3 && p[0] == 0xef && p[1] == 0xbf && p[2] >= 0xbe ? 0 : n; /* U+FFFE, U+FFFF */
}

void utf8_clean(char *text)
{
	while (*text) {
		size_t n = utf8_length(text);

		if (n == 0)
			*text = '?';
		text += n ? n : 1;
	}
}
