#ifndef MEMAGENT_FIELDS_H
#define MEMAGENT_FIELDS_H
/*
 * fields: the contents of one point.  The tables are fields.def and sizes.def; go_runtime.def has
 * the names in the schema go-runtime.
 *
 * Layer    agent; needs shim/counters.h for the number of size buckets.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/counters.h"

enum field {
#define FIELD(id, unit, kind, source, doc) FIELD_##id,
#include "agent/encode/fields.def"
#undef FIELD
	FIELDS
};

/* The names that the fields of a point are written with. */
enum schema { SCHEMA_MEMAGENT, SCHEMA_GO_RUNTIME };

/* One sample of all fields. */
struct point {
	enum schema schema;
	int64_t time_ns;		/* since 1970 */
	int64_t value[FIELDS];		/* in the field's unit; negative: unknown, left out */
	uint64_t sizes[COUNTERS_SIZES]; /* objects by requested size, as in struct counters */
};

/* A line of a measurement of its own: an event, a call site.  It needs at least one field. */
#define RECORD_TAGS 2
#define RECORD_NUMBERS 32
#define RECORD_TEXTS 4

struct record {
	const char *measurement;
	int64_t time_ns; /* since 1970 */
	size_t tags_used, numbers_used, texts_used;
	struct {
		const char *name, *text;
	} tags[RECORD_TAGS], texts[RECORD_TEXTS];
	struct {
		const char *name;
		int64_t value;
	} numbers[RECORD_NUMBERS];
};

/* Add to ${record}, which keeps the pointers.  What exceeds its room is left out. */
void record_tag(struct record *record, const char *name, const char *text);
void record_number(struct record *record, const char *name, int64_t value);
void record_text(struct record *record, const char *name, const char *text);

/* Return the name of ${field} in the database. */
const char *fields_name(enum field field);

/*
 * fields_go(index, field):
 * Return the name in row ${index} of go_runtime.def and set ${field}; NULL after the last row.
 */
const char *fields_go(unsigned index, enum field *field);

/* Return whether ${field} is a fraction, kept in billionths, rather than an integer. */
bool fields_is_fraction(enum field field);

/* Return the name of size bucket ${index}, or NULL if no object can have such a size. */
const char *fields_size_name(unsigned index);

#endif
