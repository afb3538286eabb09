#ifndef MEMAGENT_FIELDS_H
#define MEMAGENT_FIELDS_H
/*
 * fields: what one point holds.  fields.def and sizes.def are the tables of them,
 * go_runtime.def that of other names.
 *
 * Layer    agent; needs shim/counters.h for the number of size buckets.
 */
#include <stdbool.h>
#include <stdint.h>

#include "shim/counters.h"

enum field {
#define FIELD(id, unit, kind, source, doc) FIELD_##id,
#include "agent/encode/fields.def"
#undef FIELD
	FIELDS
};

/* Under which names a point is written. */
enum schema { SCHEMA_MEMAGENT, SCHEMA_GO_RUNTIME };

/* One reading of everything. */
struct point {
	enum schema schema;
	int64_t time_ns;		/* since 1970 */
	int64_t value[FIELDS];		/* in the field's unit; negative: not known, left out */
	uint64_t sizes[COUNTERS_SIZES]; /* objects by requested size, as in struct counters */
};

/* Return the name of ${field} in the database. */
const char *fields_name(enum field field);

/*
 * fields_go(index, field):
 * Return the name of the row ${index} of go_runtime.def, and its ${field}; NULL behind the last.
 */
const char *fields_go(unsigned index, enum field *field);

/* Return whether ${field} is a fraction, in billionths, and no integer. */
bool fields_is_fraction(enum field field);

/* Return the name of size bucket ${index}, or NULL when nothing can fall into it. */
const char *fields_size_name(unsigned index);

#endif
