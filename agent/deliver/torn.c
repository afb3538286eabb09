#include "agent/deliver/torn.h"

#include <string.h>

#define MARK "(torn)\n"
#define MARK_BYTES (sizeof(MARK) - 1)
#define TIME_DIGITS 19 /* nanoseconds since 1970, for another 250 years */

/* Return whether the line ends with a complete time, so that only the newline is missing. */
static bool has_time(const char *half, size_t len)
{
	size_t digits = 0;

	while (digits < len && half[len - 1 - digits] >= '0' && half[len - 1 - digits] <= '9')
		digits++;
	return digits == TIME_DIGITS && digits < len && half[len - 1 - digits] == ' ';
}

/* Find out whether the line ends inside a string field, and whether right after a backslash. */
static void find_state(const char *half, size_t len, bool *is_quoted, bool *is_escaped)
{
	bool in_fields = false;
	char before = '\0';

	*is_quoted = *is_escaped = false;
	for (size_t i = 0; i < len; i++) {
		/* Elsewhere a quotation mark is an ordinary character. */
		if (half[i] == '"' && !*is_escaped && (*is_quoted || (in_fields && before == '=')))
			*is_quoted = !*is_quoted;
		else if (half[i] == ' ' && !*is_escaped)
			in_fields = true;
		before = half[i];
		*is_escaped = half[i] == '\\' && !*is_escaped;
	}
}

size_t torn_end(const char *half, size_t len, char out[TORN_BYTES])
{
	bool is_quoted, is_escaped;
	size_t n = 0;

	find_state(half, len, &is_quoted, &is_escaped);
	if (!is_quoted && has_time(half, len)) {
		out[0] = '\n';
		return 1;
	}
	if (is_quoted && is_escaped)
		out[n++] = '\\';
	if (is_quoted)
		out[n++] = '"';
	memcpy(out + n, MARK, MARK_BYTES);
	return n + MARK_BYTES;
}

bool torn_is(const char *line, size_t len)
{
	return len >= MARK_BYTES && memcmp(line + len - MARK_BYTES, MARK, MARK_BYTES) == 0;
}
