#ifndef MEMAGENT_JSON_H
#define MEMAGENT_JSON_H
/*
 * json: parses JSON value by value, in the order of the text.
 *
 * Layer    tools, leaf; pure.
 * Source   RFC 8259.
 */
#include <stdbool.h>
#include <stddef.h>

/* The rest of the text; empty after a syntax error. */
struct json {
	const char *at;
	const char *end;
	bool bad; /* there was a syntax error */
};

/* If the next character after white space is ${c}, consume it.  Return whether it is. */
bool json_takes(struct json *json, char c);

/*
 * json_more(json, open, close, first):
 * Iterate over an object ('{', '}') or array ('[', ']'): return whether another member or element
 * follows.  ${*first} must be true before the first call.
 */
bool json_more(struct json *json, char open, char close, bool *first);

/* Parse a string into ${out} of ${size} bytes; cut it off if it does not fit. */
void json_string(struct json *json, char *out, size_t size);

/* Parse the key of a member and its colon. */
void json_key(struct json *json, char *out, size_t size);

/*
 * json_number(json, text, length):
 * Skip a value and point ${*text} at its ${*length} bytes.  Return whether it is a number.
 */
bool json_number(struct json *json, const char **text, size_t *length);

/* Skip a value of any type.  Inside of it only strings and brackets are checked. */
void json_skip(struct json *json);

#endif
