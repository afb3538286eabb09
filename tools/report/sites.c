#include "tools/report/sites.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/report/alloc.h"
#include "tools/report/field_name.h"
#include "tools/report/messages.h"
#include "tools/report/utf8.h"

static const struct field_name names[SITE_VALUES] = {SITES_FIELDS(FIELD_NAME)};

struct site *sites_site(struct sites *sites, const char *id)
{
	struct site *site;

	for (size_t i = 0; i < sites->count; i++)
		if (strcmp(sites->all[i]->id, id) == 0)
			return sites->all[i];
	site = calloc(1, sizeof(*site));
	if (site == NULL)
		messages_fail("out of memory");
	site->id = alloc_check(strdup(id));
	sites->all = alloc_grow(sites->all, &sites->room, sites->count + 1, sizeof(struct site *));
	sites->all[sites->count++] = site;
	return site;
}

struct site_sample sites_unknown(int64_t time_ms)
{
	struct site_sample sample = {.time_ms = time_ms};

	for (size_t i = 0; i < SITE_VALUES; i++)
		sample.value[i] = NAN;
	return sample;
}

void sites_add(struct site *site, const struct site_sample *sample)
{
	site->samples =
	    alloc_grow(site->samples, &site->room, site->count + 1, sizeof(*site->samples));
	site->samples[site->count++] = *sample;
}

/* Names come from the program.  A control character could split a line of the report. */
void sites_keep_text(struct site_text *text, const char *from, size_t length, int64_t time_ms)
{
	if (text->text && time_ms < text->time_ms)
		return;
	free(text->text);
	text->text = alloc_check(strndup(from, length));
	text->time_ms = time_ms;
	utf8_clean(text->text);
}

const char *sites_field_name(enum site_field field)
{
	return names[field].name;
}

enum site_field sites_field_of(const char *name, size_t length)
{
	return (enum site_field)field_name_find(names, SITE_VALUES, name, length);
}

static const char *const verdicts[SITE_VERDICTS] = {
#define JUDGEMENT(id, name) [SITE_##id] = (name),
#include "agent/encode/judgements.def"
#undef JUDGEMENT
};

const char *sites_verdict_name(enum site_verdict verdict)
{
	return verdicts[verdict];
}

enum site_verdict sites_verdict_of(const char *text, size_t length)
{
	for (size_t i = SITE_NOT_JUDGED + 1; i < SITE_VERDICTS; i++)
		if (strlen(verdicts[i]) == length && memcmp(verdicts[i], text, length) == 0)
			return (enum site_verdict)i;
	return SITE_NOT_JUDGED;
}

static int by_time(const void *a, const void *b)
{
	const struct site_sample *x = a, *y = b;

	return (x->time_ms > y->time_ms) - (x->time_ms < y->time_ms);
}

static void sort_samples(struct site *site)
{
	size_t kept = 1;

	if (site->count == 0)
		return;
	qsort(site->samples, site->count, sizeof(*site->samples), by_time);
	for (size_t i = 1; i < site->count; i++)
		if (site->samples[i].time_ms != site->samples[kept - 1].time_ms)
			site->samples[kept++] = site->samples[i];
	site->count = kept;
}

void sites_finish(struct sites *sites)
{
	for (size_t i = 0; i < sites->count; i++)
		sort_samples(sites->all[i]);
}

void sites_free(struct sites *sites)
{
	for (size_t i = 0; i < sites->count; i++) {
		struct site *site = sites->all[i];

		free(site->id);
		free(site->function.text);
		free(site->stack.text);
		free(site->frames.text);
		free(site->samples);
		free(site);
	}
	free(sites->all);
	*sites = (struct sites){NULL, 0, 0};
}
