#ifndef MEMAGENT_SERIES_H
#define MEMAGENT_SERIES_H
/*
 * series: the points of each process, as they are read.
 *
 * Layer    tools; needs agent/encode/fields, tell.
 *
 * A process is all points whose tags are the same, other than those of the allocator.
 */
#include <stddef.h>
#include <stdint.h>

#include "agent/encode/fields.h"

/* The fields that are judged and drawn; each stands in fields.def. */
#define SERIES_FIELDS(X)                                                                           \
	X(mallocs)                                                                                 \
	X(frees)                                                                                   \
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
	double value[SERIES_VALUES]; /* in the field's unit; NAN is not known */
};

struct series_tag {
	char *key;
	char *value;
};

struct series_process {
	const char *host; /* "-" when there is no such tag */
	const char *service;
	const char *pid;
	struct series_tag *tags; /* by key, all but the allocator's */
	size_t tag_count;
	struct series_sample *samples;
	size_t count;
	size_t room;
	double sizes[COUNTERS_SIZES]; /* objects by size, as in struct point; of the last point */
	int64_t sizes_ms;	      /* of that point; INT64_MIN when there is none */
};

struct series {
	struct series_process **processes;
	size_t count;
	size_t room;
	void *by_tags; /* a tree for tsearch(3) */
};

/* Which points are wanted.  An empty text is any. */
struct series_choice {
	const char *measurement;
	const char *host;
	const char *service;
	const char *pid;
	int64_t until_ms;
};

/*
 * series_process(series, choice, tags, n):
 * Return the process of the ${n} tags, which is made when it is new, or NULL when it is not
 * ${choice}'s.  Takes ${tags} and their texts, from malloc.
 */
struct series_process *series_process(struct series *series, const struct series_choice *choice,
				      struct series_tag *tags, size_t n);

/* Free ${n} tags that no process was found by. */
void series_free_tags(struct series_tag *tags, size_t n);

/* Return a sample at which nothing is known. */
struct series_sample series_unknown(int64_t time_ms);

void series_add(struct series_process *process, const struct series_sample *sample);

/* Return the name of ${field} in the database. */
const char *series_field_name(enum series_field field);

/* Return the value of series_sample that the field of that name has, or SERIES_VALUES. */
enum series_field series_field_of(const char *name, size_t length);

/* Return the bucket of the size field of that name, or -1. */
int series_size_of(const char *name, size_t length);

/*
 * series_finish(series):
 * Put the processes in the order of host, service, pid and tags, and their samples in that of
 * time.  Of samples of one time the first is left.  Processes without samples are removed.
 */
void series_finish(struct series *series);

#endif
