#include "tools/report/json.h"

#include <string.h>

static void fail(struct json *json)
{
	json->bad = true;
	json->at = json->end;
}

static void skip_space(struct json *json)
{
	while (json->at < json->end && strchr(" \t\r\n", *json->at) && *json->at)
		json->at++;
}

bool json_takes(struct json *json, char c)
{
	skip_space(json);
	if (json->at == json->end || *json->at != c)
		return false;
	json->at++;
	return true;
}

bool json_more(struct json *json, char open, char close, bool *first)
{
	bool was_first = *first;

	*first = false;
	if (was_first && !json_takes(json, open)) {
		fail(json);
		return false;
	}
	if (json_takes(json, close))
		return false;
	if (!was_first && !json_takes(json, ','))
		fail(json);
	return !json->bad;
}

/* ---- strings ---- */

/* Return the value of the four hexadecimal digits at ${p}, or -1. */
static long parse_code_unit(const char *p, const char *end)
{
	long code = 0;

	if (end - p < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		static const char digits[] = "0123456789abcdefABCDEF";
		const char *digit = p[i] ? strchr(digits, p[i]) : NULL;

		if (digit == NULL)
			return -1;
		code = code * 16 + (digit - digits > 15 ? digit - digits - 6 : digit - digits);
	}
	return code;
}

/* Write ${code} as UTF-8 to ${out}.  Return its length. */
static size_t encode_utf8(long code, char out[4])
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* Parse the text after "\u": one code unit, or a surrogate pair. */
static long parse_code(struct json *json)
{
	long code = parse_code_unit(json->at, json->end);
	long low;

	if (code < 0) {
		fail(json);
		return 0;
	}
	json->at += 4;
	if (code < 0xd800 || code > 0xdbff)
		return code;
	low = json->end - json->at >= 6 && json->at[0] == '\\' && json->at[1] == 'u'
		  ? parse_code_unit(json->at + 2, json->end)
		  : -1;
	if (low < 0xdc00 || low > 0xdfff)
		return '?';
	json->at += 6;
	return 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
}

/* Parse one character of a string into ${out}.  Return its length in bytes. */
static size_t parse_character(struct json *json, char out[4])
{
	static const char escapes[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *escape;

	out[0] = *json->at++;
	if (out[0] != '\\')
		return 1;
	if (json->at == json->end || *json->at == '\0') {
		fail(json);
		return 0;
	}
	if (*json->at == 'u') {
		json->at++;
		return encode_utf8(parse_code(json), out);
	}
	escape = strchr(escapes, *json->at++);
	if (escape == NULL) {
		fail(json);
		return 0;
	}
	out[0] = meant[escape - escapes];
	return 1;
}

void json_string(struct json *json, char *out, size_t size)
{
	size_t used = 0;

	out[0] = '\0';
	if (!json_takes(json, '"')) {
		fail(json);
		return;
	}
	while (json->at < json->end && *json->at != '"') {
		char bytes[4];
		size_t n = parse_character(json, bytes);

		if (used + n < size) {
			memcpy(out + used, bytes, n);
			used += n;
		}
	}
	out[used] = '\0';
	if (json->at == json->end)
		fail(json);
	else
		json->at++;
}

void json_key(struct json *json, char *out, size_t size)
{
	json_string(json, out, size);
	if (!json_takes(json, ':'))
		fail(json);
}

/* ---- values ---- */

/* Skip a number, true, false, null, or any other word. */
static void skip_word(struct json *json)
{
	const char *begin = json->at;

	while (json->at < json->end && *json->at && !strchr(",]} \t\r\n\"{[:", *json->at))
		json->at++;
	if (json->at == begin)
		fail(json);
}

void json_skip(struct json *json)
{
	size_t depth = 0;
	char text[8];

	do {
		skip_space(json);
		if (json->at == json->end) {
			fail(json);
		} else if (*json->at == '"') {
			json_string(json, text, sizeof(text));
		} else if (*json->at == '{' || *json->at == '[') {
			depth++;
			json->at++;
		} else if (depth > 0 && (*json->at == '}' || *json->at == ']')) {
			depth--;
			json->at++;
		} else if (depth > 0 && (*json->at == ',' || *json->at == ':')) {
			json->at++;
		} else {
			skip_word(json);
		}
	} while (depth > 0 && !json->bad);
}

bool json_number(struct json *json, const char **text, size_t *length)
{
	skip_space(json);
	*text = json->at;
	json_skip(json);
	*length = (size_t)(json->at - *text);
	return !json->bad && *length > 0 && (**text == '-' || (**text >= '0' && **text <= '9'));
}
