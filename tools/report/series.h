#ifndef MEMAGENT_SERIES_H
#define MEMAGENT_SERIES_H
/*
 * series: collects the points of each process.
 *
 * Points belong to the same process if all their tags are equal, except the allocator's.
 *
 * Layer    tools; needs agent/encode/fields, sites, alloc, messages.
 */
#include <stddef.h>
#include <stdint.h>

#include "agent/encode/fields.h"
#include "tools/report/sites.h"

/* The fields that are judged or drawn, from fields.def. */
#define SERIES_FIELDS(X)                                                                           \
	X(mallocs)                                                                                 \
	X(frees)                                                                                   \
	X(reallocs)                                                                                \
	X(heap_objects)                                                                            \
	X(heap_alloc_bytes)                                                                        \
	X(total_alloc_bytes)                                                                       \
	X(heap_sys_bytes)                                                                          \
	X(heap_inuse_bytes)                                                                        \
	X(sys_bytes)                                                                               \
	X(rss_bytes)                                                                               \
	X(stack_bytes)                                                                             \
	X(threads)                                                                                 \
	X(trims)                                                                                   \
	X(trim_pause_ns)                                                                           \
	X(trim_pause_total_ns)

enum series_field {
#define X(id) SERIES_##id,
	SERIES_FIELDS(X)
#undef X
	    SERIES_VALUES
};

struct series_sample {
	int64_t time_ms;	     /* since 1970 */
	double value[SERIES_VALUES]; /* in the field's unit; NAN: unknown */
};

struct series_tag {
	char *key;
	char *value;
};

struct series_process {
	const char *host; /* "-" without this tag; so are the next two */
	const char *service;
	const char *pid;
	struct series_tag *tags; /* sorted by key; without the allocator's */
	size_t tag_count;
	struct series_sample *samples;
	size_t count;
	size_t room;
	double sizes[COUNTERS_SIZES]; /* objects by size, as in struct point, at the last point */
	int64_t sizes_ms;	      /* time of that point; INT64_MIN: none */
	struct sites sites;
	int64_t *exits; /* times at which it ended; its last point comes after */
	size_t exit_count;
	size_t exit_room;
};

struct series {
	struct series_process **processes;
	size_t count;
	size_t room;
	void *by_tags; /* a tree for tsearch(3) */
};

/* Which points to read.  An empty string matches any value. */
struct series_choice {
	const char *measurement;
	const char *host;
	const char *service;
	const char *pid;
	int64_t until_ms;
	int64_t from_ms;
};

/*
 * series_process(series, choice, tags, n):
 * Find or add the process with these ${n} tags.  Return it, or NULL if ${choice} excludes it. Takes
 * ownership of ${tags} and their strings, from malloc.
 */
struct series_process *series_process(struct series *series, const struct series_choice *choice,
				      struct series_tag *tags, size_t n);

/* Those of sites and events have the name of the processes' measurement and a suffix. */
#define SERIES_SITES "_site"
#define SERIES_EVENTS "_event"

enum series_kind { SERIES_PROCESS, SERIES_SITE, SERIES_EVENT, SERIES_OTHER };

/* Return what the points of ${measurement} are about. */
enum series_kind series_kind_of(const struct series_choice *choice, const char *measurement);

/*
 * series_site(series, choice, tags, n):
 * Find or add the site with these ${n} tags, and its process: a site has the process's tags and two
 * more, "site" and "function".  Return it, or NULL if ${choice} excludes it or there is no tag
 * "site".  Set ${*function} to the function's name, from malloc.  Takes ownership of ${tags} and
 * their strings.
 */
struct site *series_site(struct series *series, const struct series_choice *choice,
			 struct series_tag *tags, size_t n, char **function);

/* Free ${n} tags that were not passed to series_process. */
void series_free_tags(struct series_tag *tags, size_t n);

/* Return a sample whose values are all unknown. */
struct series_sample series_unknown(int64_t time_ms);

void series_add(struct series_process *process, const struct series_sample *sample);

/*
 * series_add_event(process, event, time_ms):
 * Note the ${event} of ${process} if it is "exit".
 */
void series_add_event(struct series_process *process, const char *event, int64_t time_ms);

/* Return the name of ${field} in the database. */
const char *series_field_name(enum series_field field);

/* Return the series_field for a field's ${name}, or SERIES_VALUES. */
enum series_field series_field_of(const char *name, size_t length);

/* Return the bucket for a size field's ${name}, or -1. */
int series_size_of(const char *name, size_t length);

/*
 * series_finish(series):
 * Sort the processes by host, service, pid and tags, and their samples by time.  Of samples with
 * the same time, keep the first.  Remove processes without samples.
 */
void series_finish(struct series *series);

void series_free(struct series *series);

#endif
