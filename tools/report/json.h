#ifndef MEMAGENT_JSON_H
#define MEMAGENT_JSON_H
/*
 * json: takes JSON apart, value by value, in the order in which it stands.
 *
 * Layer    tools, leaf; pure.
 * Source   RFC 8259.
 */
#include <stdbool.h>
#include <stddef.h>

/* What is left of the text.  After a mistake in it there is nothing left. */
struct json {
	const char *at;
	const char *end;
	bool bad; /* a mistake was found */
};

/* Return whether ${c} comes next, after white space, and take it. */
bool json_takes(struct json *json, char c);

/*
 * json_more(json, open, close, first):
 * Go through an object ('{', '}') or array ('[', ']'): return true as long as another member or
 * element comes next.  ${*first} is true before the first.
 */
bool json_more(struct json *json, char open, char close, bool *first);

/* Take a string, cut short when it does not fit into ${out} of ${size} bytes. */
void json_string(struct json *json, char *out, size_t size);

/* Take the key of a member and its colon. */
void json_key(struct json *json, char *out, size_t size);

/*
 * json_number(json, text, length):
 * Take a value, and point ${*text} at its ${*length} bytes when it is a number.  Return whether it
 * is one.
 */
bool json_number(struct json *json, const char **text, size_t *length);

/* Take a value, whatever it is.  Of what is in it only strings and brackets are looked at. */
void json_skip(struct json *json);

#endif
