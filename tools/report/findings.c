#include "tools/report/findings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/report/alloc.h"
#include "tools/report/lives.h"
#include "tools/report/names.h"
#include "tools/report/sentences.h"
#include "tools/report/series.h"
#include "tools/report/messages.h"

/* ---- the points ---- */

static double known(const struct series_sample *sample, enum series_field field)
{
	return isnan(sample->value[field]) ? 0 : sample->value[field];
}

static struct heap_point point_of(const struct series_sample *s)
{
	return (struct heap_point){
	    .time = (double)s->time_ms / 1000,
	    .live = s->value[SERIES_heap_alloc_bytes],
	    .objects = known(s, SERIES_heap_objects),
	    .mallocs = known(s, SERIES_mallocs),
	    .reallocs = known(s, SERIES_reallocs),
	    .rss = known(s, SERIES_rss_bytes),
	    .sys = known(s, SERIES_heap_sys_bytes),
	    .trims = known(s, SERIES_trims),
	    .pause_total_ns = known(s, SERIES_trim_pause_total_ns),
	    .pause_ns = known(s, SERIES_trim_pause_ns),
	    .has_trims = !isnan(s->value[SERIES_trims]),
	};
}

/* Return the points of ${process} with known live bytes, from malloc, and set ${n}. */
static struct heap_point *make_points(const struct series_process *process, size_t *n)
{
	size_t room = 0;
	struct heap_point *points = alloc_grow(NULL, &room, process->count, sizeof(*points));

	*n = 0;
	for (size_t i = 0; i < process->count; i++)
		if (!isnan(process->samples[i].value[SERIES_heap_alloc_bytes]))
			points[(*n)++] = point_of(&process->samples[i]);
	return points;
}

static int64_t time_of(const struct heap_point *point)
{
	return (int64_t)llrint(point->time * 1000);
}

static void judge(const struct series *series, size_t index, struct findings *out)
{
	const struct series_process *process = series->processes[index];
	size_t left, n;
	struct heap_point *points = make_points(process, &left);
	struct heap_point *life = points;

	for (size_t number = 1; left > 0; number++, life += n, left -= n) {
		struct finding *finding;

		n = lives_next(life, &left);
		out->all = alloc_grow(out->all, &out->room, out->count + 1, sizeof(*out->all));
		finding = &out->all[out->count++];
		*finding = (struct finding){.process = process};
		diagnosis_make(life, n, &finding->diagnosis);
		finding->who = names_long(series, index, number > 1);
		finding->is_last = left == n;
		site_table_make(process, number == 1 ? INT64_MIN : time_of(life),
				left == n ? INT64_MAX : time_of(life + n) - 1, &finding->sites);
	}
	free(points);
}

/* ---- order and groups ---- */

static double growth(const struct finding *f)
{
	return f->diagnosis.live_after - f->diagnosis.live_base;
}

static bool has_leak(const struct finding *f)
{
	return f->sites.leaks > 0;
}

static bool are_alike(const struct finding *a, const struct finding *b)
{
	return a->diagnosis.class == b->diagnosis.class && has_leak(a) == has_leak(b) &&
	       strcmp(a->process->service, b->process->service) == 0;
}

/* Processes with a site that leaks first, then worst class first, then largest growth first. */
static int by_class_and_growth(const void *a, const void *b)
{
	const struct finding *x = a, *y = b;

	if (has_leak(x) != has_leak(y))
		return has_leak(x) ? -1 : 1;

	if (x->diagnosis.class != y->diagnosis.class)
		return x->diagnosis.class < y->diagnosis.class ? -1 : 1;
	if (growth(x) != growth(y))
		return growth(x) > growth(y) ? -1 : 1;
	return strcmp(x->who, y->who);
}

/* Move the findings of the same group as ${first} behind it.  Return the end of the group. */
static size_t gather(struct findings *f, size_t first)
{
	size_t end = first + 1;

	for (size_t i = end; i < f->count; i++) {
		struct finding like = f->all[i];

		if (!are_alike(&f->all[first], &like))
			continue;
		memmove(&f->all[end + 1], &f->all[end], (i - end) * sizeof(like));
		f->all[end++] = like;
	}
	return end;
}

/* ---- words ---- */

static char *write_paragraph(const struct finding *f, double requests, bool is_first)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		messages_fail("out of memory");
	if (is_first)
		sentences_write(out, &f->diagnosis, f->who, requests, has_leak(f));
	else
		sentences_write_short(out, &f->diagnosis, f->who, has_leak(f));
	if (fclose(out))
		messages_fail("out of memory");
	return text;
}

static void write_group(struct finding *first, size_t n, double requests)
{
	size_t shown = n < FINDINGS_SHOWN ? n : FINDINGS_SHOWN;

	for (size_t i = 0; i < shown; i++)
		first[i].paragraph = write_paragraph(&first[i], requests, i == 0);
	if (shown < n &&
	    asprintf(&first[shown - 1].remark,
		     "%zu of %zu processes of %s with this verdict are shown; figures.tsv has all.",
		     shown, n, first->process->service) < 0)
		messages_fail("out of memory");
}

void findings_make(const struct series *series, double requests, struct findings *out)
{
	size_t end;

	*out = (struct findings){NULL, 0, 0};
	for (size_t i = 0; i < series->count; i++)
		judge(series, i, out);
	if (out->count == 0)
		return;
	qsort(out->all, out->count, sizeof(*out->all), by_class_and_growth);
	for (size_t i = 0; i < out->count; i = end) {
		end = gather(out, i);
		write_group(&out->all[i], end - i, requests);
	}
}

bool findings_leaks(const struct finding *finding)
{
	return has_leak(finding) || finding->diagnosis.class == DIAGNOSIS_LEAKS;
}

void findings_free(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		struct finding *f = &findings->all[i];

		site_table_free(&f->sites);
		free(f->who);
		free(f->paragraph);
		free(f->remark);
	}
	free(findings->all);
	*findings = (struct findings){NULL, 0, 0};
}
