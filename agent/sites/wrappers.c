#include "agent/sites/wrappers.h"

#include <string.h>

#include "agent/sites/name.h"

static const char *const objects[] = {
#define OBJECT(pattern, doc) pattern,
#define FUNCTION(pattern, doc)
#define RUST(pattern, doc)
#include "agent/sites/wrappers.def"
#undef OBJECT
#undef FUNCTION
#undef RUST
};

static const char *const functions[] = {
#define OBJECT(pattern, doc)
#define FUNCTION(pattern, doc) pattern,
#define RUST(pattern, doc)
#include "agent/sites/wrappers.def"
#undef OBJECT
#undef FUNCTION
#undef RUST
};

static const char *const rust_functions[] = {
#define OBJECT(pattern, doc)
#define FUNCTION(pattern, doc)
#define RUST(pattern, doc) pattern,
#include "agent/sites/wrappers.def"
#undef OBJECT
#undef FUNCTION
#undef RUST
};

/* Return whether the ${n} bytes of ${text} match, with "*" for any text. */
static bool matches(const char *pattern, const char *text, size_t n)
{
	const char *end = text + n, *star = NULL, *again = text;

	while (text < end) {
		if (*pattern == '*') {
			star = pattern++;
			again = text;
		} else if (*pattern == *text) {
			pattern++;
			text++;
		} else if (star) {
			/* The last star takes one character more. */
			pattern = star + 1;
			text = ++again;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

static bool matches_any(const char *const *patterns, size_t count, const char *text, size_t n)
{
	for (size_t i = 0; i < count; i++)
		if (matches(patterns[i], text, n))
			return true;
	return false;
}

#define MATCHES_ANY(patterns, text, n)                                                             \
	matches_any(patterns, sizeof(patterns) / sizeof((patterns)[0]), text, n)

bool wrappers_has(const struct wrappers_frame *frame)
{
	size_t n;
	const char *name = name_identifier(frame->name, &n);

	return MATCHES_ANY(objects, frame->object, strlen(frame->object)) ||
	       MATCHES_ANY(functions, name, n) ||
	       (name[n] != '(' && MATCHES_ANY(rust_functions, name, n));
}

size_t wrappers_choose(const struct wrappers_frame *frames, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!wrappers_has(&frames[i]))
			return i;
	return 0;
}
