#include "tools/report/series.h"

#include <math.h>
#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/ascii.h"
#include "tools/report/alloc.h"
#include "tools/report/field_name.h"
#include "tools/report/messages.h"

static const struct field_name names[SERIES_VALUES] = {SERIES_FIELDS(FIELD_NAME)};

#define X(id) _Static_assert(FIELD_##id < FIELDS, "a field that is not in fields.def");
SERIES_FIELDS(X)
#undef X

static int compare_tags(const struct series_process *a, const struct series_process *b)
{
	for (size_t i = 0; i < a->tag_count && i < b->tag_count; i++) {
		int order = strcmp(a->tags[i].key, b->tags[i].key);

		if (order == 0)
			order = strcmp(a->tags[i].value, b->tags[i].value);
		if (order != 0)
			return order;
	}
	return (a->tag_count > b->tag_count) - (a->tag_count < b->tag_count);
}

static int by_tags(const void *a, const void *b)
{
	return compare_tags(a, b);
}

static int by_key(const void *a, const void *b)
{
	return strcmp(((const struct series_tag *)a)->key, ((const struct series_tag *)b)->key);
}

/* The allocator's tags may appear only in later points, so they do not identify a process. */
static bool is_identifying(const struct series_tag *tag)
{
	return tag->value[0] != '\0' && strcmp(tag->key, "allocator") != 0 &&
	       strcmp(tag->key, "allocator_version") != 0;
}

/* Replace control characters: a newline would split the lines that the name is printed in. */
static void clean(char *text)
{
	for (; *text; text++)
		if (ascii_is_control(*text))
			*text = ' ';
}

static void free_tag(struct series_tag *tag)
{
	free(tag->key);
	free(tag->value);
}

/* Keep the identifying tags, sorted.  Return their number. */
static size_t keep_identifying(struct series_tag *tags, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		clean(tags[i].key);
		clean(tags[i].value);
		if (is_identifying(&tags[i]))
			tags[kept++] = tags[i];
		else
			free_tag(&tags[i]);
	}
	if (kept)
		qsort(tags, kept, sizeof(*tags), by_key);
	return kept;
}

static const char *value_of(const struct series_process *process, const char *key)
{
	for (size_t i = 0; i < process->tag_count; i++)
		if (strcmp(process->tags[i].key, key) == 0)
			return process->tags[i].value;
	return "-";
}

static bool matches(const char *wanted, const char *value)
{
	return wanted[0] == '\0' || strcmp(wanted, value) == 0;
}

static bool is_chosen(const struct series_process *p, const struct series_choice *choice)
{
	return matches(choice->host, p->host) && matches(choice->service, p->service) &&
	       matches(choice->pid, p->pid);
}

void series_free_tags(struct series_tag *tags, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free_tag(&tags[i]);
	free(tags);
}

static void free_process(struct series_process *process)
{
	series_free_tags(process->tags, process->tag_count);
	free(process->samples);
	sites_free(&process->sites);
	free(process->exits);
	free(process);
}

struct series_process *series_process(struct series *series, const struct series_choice *choice,
				      struct series_tag *tags, size_t n)
{
	struct series_process *process = calloc(1, sizeof(*process));
	struct series_process **found;

	if (process == NULL)
		messages_fail("out of memory");
	process->sizes_ms = INT64_MIN;
	process->tag_count = keep_identifying(tags, n);
	process->tags = tags;
	process->host = value_of(process, "host");
	process->service = value_of(process, "service");
	process->pid = value_of(process, "pid");
	if (!is_chosen(process, choice)) {
		free_process(process);
		return NULL;
	}
	found = tsearch(process, &series->by_tags, by_tags);
	if (found == NULL)
		messages_fail("out of memory");
	if (*found != process) {
		free_process(process);
		return *found;
	}
	series->processes = alloc_grow(series->processes, &series->room, series->count + 1,
				       sizeof(struct series_process *));
	series->processes[series->count++] = process;
	return process;
}

/* Return a copy of the value of the tag ${key}, and empty the tag, or return NULL. */
static char *take_tag(struct series_tag *tags, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++) {
		char *value;

		if (strcmp(tags[i].key, key) != 0)
			continue;
		value = alloc_check(strdup(tags[i].value));
		tags[i].value[0] = '\0';
		return value;
	}
	return NULL;
}

struct site *series_site(struct series *series, const struct series_choice *choice,
			 struct series_tag *tags, size_t n, char **function)
{
	char *id = take_tag(tags, n, "site");
	struct series_process *process;
	struct site *site = NULL;

	*function = take_tag(tags, n, "function");
	process = series_process(series, choice, tags, n);
	if (process && id && id[0]) {
		clean(id);
		site = sites_site(&process->sites, id);
	}
	if (*function == NULL)
		*function = alloc_check(strdup("-"));
	free(id);
	return site;
}

enum series_kind series_kind_of(const struct series_choice *choice, const char *measurement)
{
	static const char *const suffixes[SERIES_OTHER] = {"", SERIES_SITES, SERIES_EVENTS};
	size_t length = strlen(choice->measurement), kind = 0;

	if (strncmp(measurement, choice->measurement, length) != 0)
		return SERIES_OTHER;
	while (kind < SERIES_OTHER && strcmp(measurement + length, suffixes[kind]) != 0)
		kind++;
	return (enum series_kind)kind;
}

void series_add_event(struct series_process *process, const char *event, int64_t time_ms)
{
	if (strcmp(event, "exit") != 0)
		return;
	process->exits = alloc_grow(process->exits, &process->exit_room, process->exit_count + 1,
				    sizeof(*process->exits));
	process->exits[process->exit_count++] = time_ms;
}

struct series_sample series_unknown(int64_t time_ms)
{
	struct series_sample sample = {.time_ms = time_ms};

	for (size_t i = 0; i < SERIES_VALUES; i++)
		sample.value[i] = NAN;
	return sample;
}

void series_add(struct series_process *process, const struct series_sample *sample)
{
	process->samples = alloc_grow(process->samples, &process->room, process->count + 1,
				      sizeof(*process->samples));
	process->samples[process->count++] = *sample;
}

const char *series_field_name(enum series_field field)
{
	return names[field].name;
}

enum series_field series_field_of(const char *name, size_t length)
{
	return (enum series_field)field_name_find(names, SERIES_VALUES, name, length);
}

int series_size_of(const char *name, size_t length)
{
	for (unsigned i = 0; i < COUNTERS_SIZES; i++) {
		const char *known = fields_size_name(i);

		if (known && strncmp(known, name, length) == 0 && known[length] == '\0')
			return (int)i;
	}
	return -1;
}

/* ---- order ---- */

static int by_time(const void *a, const void *b)
{
	const struct series_sample *const *x = a, *const *y = b;

	if ((*x)->time_ms != (*y)->time_ms)
		return (*x)->time_ms < (*y)->time_ms ? -1 : 1;
	return (*x > *y) - (*x < *y);
}

static bool is_sorted(const struct series_process *p)
{
	for (size_t i = 1; i < p->count; i++)
		if (p->samples[i].time_ms < p->samples[i - 1].time_ms)
			return false;
	return true;
}

static void sort_samples(struct series_process *p)
{
	const struct series_sample **order = NULL;
	struct series_sample *sorted = NULL;
	size_t order_room = 0, room = 0;

	if (is_sorted(p))
		return;
	order = alloc_grow(order, &order_room, p->count, sizeof(const struct series_sample *));
	sorted = alloc_grow(sorted, &room, p->count, sizeof(*sorted));
	for (size_t i = 0; i < p->count; i++)
		order[i] = &p->samples[i];
	qsort(order, p->count, sizeof(const struct series_sample *), by_time);
	for (size_t i = 0; i < p->count; i++)
		sorted[i] = *order[i];
	free(order);
	free(p->samples);
	p->samples = sorted;
	p->room = room;
}

static void remove_duplicate_times(struct series_process *p)
{
	size_t kept = 1;

	for (size_t i = 1; i < p->count; i++)
		if (p->samples[i].time_ms != p->samples[kept - 1].time_ms)
			p->samples[kept++] = p->samples[i];
	p->count = kept;
}

static int by_name(const void *a, const void *b)
{
	const struct series_process *x = *(struct series_process *const *)a;
	const struct series_process *y = *(struct series_process *const *)b;
	int order = strcmp(x->host, y->host);

	if (order == 0)
		order = strcmp(x->service, y->service);
	if (order == 0)
		order = strcmp(x->pid, y->pid);
	return order ? order : compare_tags(x, y);
}

static void keep_process(void *process)
{
	(void)process; /* the array owns it */
}

void series_finish(struct series *series)
{
	size_t kept = 0;

	tdestroy(series->by_tags, keep_process);
	series->by_tags = NULL;
	for (size_t i = 0; i < series->count; i++) {
		struct series_process *p = series->processes[i];

		if (p->count == 0) {
			free_process(p);
			continue;
		}
		sort_samples(p);
		remove_duplicate_times(p);
		sites_finish(&p->sites);
		series->processes[kept++] = p;
	}
	series->count = kept;
	if (kept)
		qsort(series->processes, kept, sizeof(struct series_process *), by_name);
}

void series_free(struct series *series)
{
	for (size_t i = 0; i < series->count; i++)
		free_process(series->processes[i]);
	free(series->processes);
	*series = (struct series){.processes = NULL};
}
