#ifndef MEMAGENT_SITES_H
#define MEMAGENT_SITES_H
/*
 * sites: collects the points of the call sites of one process.
 *
 * Layer    tools; needs utf8, alloc, messages.
 */
#include <stddef.h>
#include <stdint.h>

/* The fields of a site's points that are read, under the names in the database. */
#define SITES_FIELDS(X)                                                                            \
	X(live_bytes)                                                                              \
	X(live_objects)                                                                            \
	X(alloc_bytes)                                                                             \
	X(alloc_objects)                                                                           \
	X(freed_bytes)                                                                             \
	X(freed_objects)                                                                           \
	X(live_bytes_error)                                                                        \
	X(oldest_ns)                                                                               \
	X(growth_bytes_per_s)                                                                      \
	X(growth_bytes_per_s_error)                                                                \
	X(growth_percent)                                                                          \
	X(growth_since_ns)

enum site_field {
#define X(id) SITE_##id,
	SITES_FIELDS(X)
#undef X
	    SITE_VALUES
};

/* What the agent judged, as the field verdict has it. */
enum site_verdict {
	SITE_NOT_JUDGED,
#define JUDGEMENT(id, name) SITE_##id,
#include "agent/encode/judgements.def"
#undef JUDGEMENT
	SITE_VERDICTS
};

struct site_sample {
	int64_t time_ms;	   /* since 1970 */
	double value[SITE_VALUES]; /* in the field's unit; NAN: unknown */
	enum site_verdict verdict;
};

/* A text of a site, of which the latest is kept. */
struct site_text {
	char *text; /* NULL: none */
	int64_t time_ms;
};

struct site {
	char *id; /* the tag site: 16 hex digits, or "other" */
	struct site_text function;
	struct site_text stack;	 /* names of functions, root first, with ';' between them */
	struct site_text frames; /* see frames.h */
	struct site_sample *samples;
	size_t count;
	size_t room;
};

/* The site with this id stands for all that have no points of their own. */
#define SITES_OTHER "other"

struct sites {
	struct site **all;
	size_t count;
	size_t room;
};

/* Find or add the site with ${id}. */
struct site *sites_site(struct sites *sites, const char *id);

/* Return a sample whose values are all unknown. */
struct site_sample sites_unknown(int64_t time_ms);

void sites_add(struct site *site, const struct site_sample *sample);

/* Replace ${text} by ${length} bytes at ${from}, unless it is from a later time.  Copies them. */
void sites_keep_text(struct site_text *text, const char *from, size_t length, int64_t time_ms);

/* Return the name of ${field} in the database. */
const char *sites_field_name(enum site_field field);

/* Return the site_field for a field's ${name}, or SITE_VALUES. */
enum site_field sites_field_of(const char *name, size_t length);

/* Return the name of ${verdict}, or NULL for SITE_NOT_JUDGED. */
const char *sites_verdict_name(enum site_verdict verdict);

/* Return the verdict with the name ${text}, or SITE_NOT_JUDGED. */
enum site_verdict sites_verdict_of(const char *text, size_t length);

/* Sort the samples by time.  Of samples with the same time, keep one. */
void sites_finish(struct sites *sites);

/* Free all sites.  ${sites} is empty afterwards. */
void sites_free(struct sites *sites);

#endif
