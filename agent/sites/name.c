#include "agent/sites/name.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/ascii.h"

#define ANONYMOUS "(anonymous namespace)"
#define DEEPEST 4 /* levels of template arguments that are kept at first */

/* Return the length of the UTF-8 character at ${text}, or 0 if there is none. */
static size_t character_length(const char *text)
{
	/* Continuation bytes, and the range of the first one; it excludes overlong forms. */
	static const struct form {
		uint8_t from, to, more, low, high;
	} forms[] = {
	    {0x00, 0x7f, 0, 0, 0},	 {0xc2, 0xdf, 1, 0x80, 0xbf}, {0xe0, 0xe0, 2, 0xa0, 0xbf},
	    {0xe1, 0xec, 2, 0x80, 0xbf}, {0xed, 0xed, 2, 0x80, 0x9f}, {0xee, 0xef, 2, 0x80, 0xbf},
	    {0xf0, 0xf0, 3, 0x90, 0xbf}, {0xf1, 0xf3, 3, 0x80, 0xbf}, {0xf4, 0xf4, 3, 0x80, 0x8f},
	};
	const uint8_t *at = (const uint8_t *)text;

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		const struct form *f = &forms[i];

		if (at[0] < f->from || at[0] > f->to)
			continue;
		if (f->more && (at[1] < f->low || at[1] > f->high))
			return 0;
		for (size_t k = 2; k <= f->more; k++)
			if ((at[k] & 0xc0) != 0x80)
				return 0;
		return f->more + 1;
	}
	return 0;
}

void name_clean(char *text)
{
	while (*text) {
		size_t n = character_length(text);

		if (*text == ';')
			*text = ',';
		else if (*text == '"')
			*text = '\'';
		else if (n == 0 || ascii_is_control(*text))
			*text = '?';
		text += n ? n : 1;
	}
}

/*
 * Return the length of the symbols in "operator<", "operator->" and the like, in which "<" and ">"
 * are no brackets; 0 elsewhere.  ${at} follows on ${start}.
 */
static size_t operator_length(const char *start, const char *at)
{
	static const char word[] = "operator";
	size_t n = sizeof(word) - 1;

	if ((size_t)(at - start) < n || memcmp(at - n, word, n) != 0)
		return 0;
	return strspn(at, "<>=-!");
}

/* Return whether the character at ${at} is the end of an arrow, and no bracket. */
static bool is_arrow(const char *start, const char *at)
{
	return at > start && at[-1] == '-';
}

/* Copy ${text} with the arguments of templates nested up to ${depth} deep.  Return whether it fits.
 */
static bool collapse(const char *text, int depth, char *out, size_t size)
{
	int level = 0;
	size_t used = 0;

	for (const char *at = text; *at; at++) {
		size_t symbols = operator_length(text, at);

		for (; symbols; symbols--, at++)
			if (level <= depth && used < size)
				out[used++] = *at;
		if (*at == '\0')
			break;
		if (*at == '>' && !is_arrow(text, at) && level)
			level--;
		if (level <= depth && used < size)
			out[used++] = *at;
		if (*at != '<')
			continue;
		level++;
		for (int i = 0; level == depth + 1 && i < 3 && used < size; i++)
			out[used++] = '.';
	}
	out[used < size ? used : size - 1] = '\0';
	return used < size;
}

/* Cut off the end of a text that fills ${out}. */
static void cut(char *out, size_t size)
{
	size_t n = size - 1 - 3;

	/* Not within a character. */
	while (n && ((uint8_t)out[n] & 0xc0) == 0x80)
		n--;
	memcpy(out + n, "...", 4);
}

size_t name_shorten(const char *text, char *out, size_t size)
{
	size_t n = strlen(text);

	if (n < size) {
		memcpy(out, text, n + 1);
		return n;
	}
	for (int depth = DEEPEST; depth >= 0; depth--)
		if (collapse(text, depth, out, size))
			return strlen(out);
	cut(out, size);
	return strlen(out);
}

static bool starts_with(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* Return whether the word before ${at} is ${word}. */
static bool follows(const char *start, const char *at, const char *word)
{
	size_t n = strlen(word);

	return (size_t)(at - start) >= n && memcmp(at - n, word, n) == 0;
}

/* The suffixes of clones, up to the number that may follow. */
static const char *const clones[] = {
    ".cold", ".part.", ".isra.", ".constprop.", ".lto_priv.", ".localalias", ".llvm.",
};

static bool is_clone(const char *suffix)
{
	for (size_t i = 0; i < sizeof(clones) / sizeof(clones[0]); i++)
		if (starts_with(suffix, clones[i]))
			return true;
	return false;
}

/* Return whether the name that starts at ${start} ends before ${at}. */
static bool is_end(const char *start, const char *at)
{
	if (*at == '(')
		return at > start && !follows(start, at, "operator") &&
		       !follows(start, at, "decltype");
	return starts_with(at, " [clone ") || (is_clone(at) && at > start);
}

const char *name_identifier(const char *text, size_t *length)
{
	const char *start = text, *at = text;
	int level = 0;

	for (; *at; at++) {
		size_t symbols = operator_length(text, at);

		if (symbols)
			at += symbols - 1;
		else if (starts_with(at, ANONYMOUS))
			at += strlen(ANONYMOUS) - 1;
		else if (level == 0 && is_end(start, at))
			break;
		else if (strchr("<([{", *at))
			level++;
		else if (strchr(">)]}", *at))
			level -= level && !is_arrow(text, at);
		else if (*at == ' ' && level == 0 && !follows(start, at, "operator") &&
			 at[1] != '<' && at[1] != '[')
			start = at + 1;
	}
	*length = (size_t)(at - start);
	return start;
}

void name_without_clone(const char *text, char *out, size_t size)
{
	char *end;

	snprintf(out, size, "%s", text);
	end = strstr(out, " [clone .");
	if (end)
		*end = '\0';
	for (end = out; (end = strchr(end, '.')) != NULL; end++) {
		if (is_clone(end) && end > out) {
			*end = '\0';
			return;
		}
	}
}
