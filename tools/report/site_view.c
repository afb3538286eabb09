#include "tools/report/site_view.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tools/report/alloc.h"
#include "tools/report/findings.h"
#include "tools/report/frames.h"
#include "tools/report/leak_words.h"
#include "tools/report/messages.h"
#include "tools/report/site_table.h"
#include "tools/report/source.h"

const char *const site_view_heads[SITE_VIEW_CELLS] = {
    "live", "± error", "growth/min", "made/s", "oldest", "of growth", "verdict",
};

/* ---- rows ---- */

static struct words dash_or(struct words words, double value)
{
	const struct words dash = {"-"};

	return isnan(value) ? dash : words;
}

static struct words percent(double share)
{
	struct words w = {""};

	snprintf(w.text, sizeof(w.text), "%.0f %%", share * 100);
	return w;
}

static void set_cells(struct site_view_row *out, const struct site_row *row)
{
	const char *verdict = sites_verdict_name(row->verdict);
	double growth = row->growth_bytes_per_s * 60;

	out->cells[0] = words_bytes(row->live_bytes);
	out->cells[1] = dash_or(words_bytes(row->live_bytes_error), row->live_bytes_error);
	out->cells[2] = dash_or(words_bytes(growth), growth);
	out->cells[3] = dash_or(words_bytes(row->made_bytes_per_s), row->made_bytes_per_s);
	out->cells[4] = dash_or(words_span(row->oldest_ns / 1e9), row->oldest_ns);
	out->cells[5] = dash_or(percent(row->share), row->share);
	snprintf(out->cells[6].text, sizeof(out->cells[6].text), "%s", verdict ? verdict : "-");
}

static struct site_call call_of(const char *function, const char *place)
{
	return (struct site_call){alloc_check(strdup(function)), alloc_check(strdup(place))};
}

static double sum(double a, double b)
{
	return isnan(a) ? b : isnan(b) ? a : a + b;
}

/* Add ${row} to ${other}.  Errors of different sites are independent. */
static void add_row(struct site_row *other, const struct site_row *row)
{
	other->live_bytes += row->live_bytes;
	other->live_bytes_error = sqrt(sum(other->live_bytes_error * other->live_bytes_error,
					   row->live_bytes_error * row->live_bytes_error));
	other->growth_bytes_per_s = sum(other->growth_bytes_per_s, row->growth_bytes_per_s);
	other->made_bytes_per_s = sum(other->made_bytes_per_s, row->made_bytes_per_s);
	other->oldest_ns = fmax(other->oldest_ns, row->oldest_ns);
	other->share = sum(other->share, row->share);
}

/* Return the number of rows to show one by one. */
static size_t rows_shown(const struct site_table *table)
{
	size_t n = table->count;

	if (n && table->rows[n - 1].is_other)
		n--;
	return n < SITE_VIEW_ROWS ? n : SITE_VIEW_ROWS;
}

/* Add up the rows from ${first} on in one row. */
static struct site_row rest_of(const struct site_table *table, size_t first)
{
	struct site_row rest = {.live_bytes_error = NAN,
				.growth_bytes_per_s = NAN,
				.made_bytes_per_s = NAN,
				.oldest_ns = NAN,
				.share = NAN};

	for (size_t i = first; i < table->count; i++)
		add_row(&rest, &table->rows[i]);
	return rest;
}

/* ---- calls ---- */

/* Return the place in the source of ${function}, which is in one of ${frames}, or "". */
static const char *place_of(const struct source *source, const struct frames *frames,
			    const char *function)
{
	for (size_t i = frames->count; i > 0; i--) {
		const struct frame *frame = &frames->all[i - 1];
		const struct source_address *a = source_find(source, frame);

		for (size_t k = 0; a && k < a->count; k++) {
			bool is_outer = k == a->count - 1; /* not inlined: the frame's own */

			if (strcmp(a->lines[k].function, function) == 0 ||
			    (is_outer && strcmp(frame->name, function) == 0))
				return a->lines[k].place;
		}
	}
	return "";
}

static void add_call(struct site_view_stack *stack, const char *function, const char *place)
{
	if (stack->count == SITE_VIEW_FRAMES) {
		stack->left_out++;
		return;
	}
	stack->calls =
	    alloc_grow(stack->calls, &stack->room, stack->count + 1, sizeof(*stack->calls));
	stack->calls[stack->count++] = call_of(function, place);
}

static void make_stack(const struct source *source, const struct frames *frames,
		       struct site_view_stack *out)
{
	for (size_t i = frames->count; i > 0; i--) {
		const struct frame *frame = &frames->all[i - 1];
		const struct source_address *a = source_find(source, frame);

		for (size_t k = 0; a && k < a->count; k++)
			add_call(out, a->lines[k].function, a->lines[k].place);
		if (a == NULL && !frames_continues(frames, i - 1))
			add_call(out, frame->name, "");
	}
}

/* ---- tables ---- */

static void make_table(struct site_view_table *out, const struct source *source)
{
	const struct site_table *table = out->sites;
	size_t shown = rows_shown(table);

	for (size_t i = 0; i < shown; i++) {
		const struct site_row *row = &table->rows[i];
		struct frames frames;

		frames_read(row->site, &frames);
		set_cells(&out->rows[i], row);
		out->rows[i].call = call_of(site_row_function(row),
					    place_of(source, &frames, site_row_function(row)));
		if (i < SITE_VIEW_STACKS && row->live_bytes >= 1)
			make_stack(source, &frames, &out->stacks[out->stack_count++]);
		frames_free(&frames);
	}
	out->row_count = shown;
	if (shown < table->count) {
		const struct site_row rest = rest_of(table, shown);

		set_cells(&out->rows[shown], &rest);
		out->rows[out->row_count++].call = call_of("other", "");
	}
}

/* ---- leaks ---- */

static size_t leaks_said(const struct site_table *table)
{
	return table->leaks < LEAK_WORDS_MOST ? table->leaks : LEAK_WORDS_MOST;
}

/* Return the sentences about the sites that leak, or NULL. */
static char *make_leaks(const struct site_table *table, const struct source *source)
{
	size_t said = leaks_said(table), size;
	char *text = NULL;
	FILE *out;

	if (said == 0)
		return NULL;
	out = open_memstream(&text, &size);
	if (out == NULL)
		messages_fail("out of memory");
	for (size_t i = 0; i < said; i++) {
		const struct site_row *row = &table->rows[i];
		struct frames frames;

		frames_read(row->site, &frames);
		fputs(i ? "\n" : "", out);
		leak_words_write(out, row, place_of(source, &frames, site_row_function(row)),
				 table->end_ms);
		frames_free(&frames);
	}
	if (said < table->leaks)
		fprintf(out, "\nAnd %zu more call site%s.", table->leaks - said,
			table->leaks - said == 1 ? "" : "s");
	if (fclose(out))
		messages_fail("out of memory");
	return text;
}

/* ---- all of it ---- */

/* Ask for the source lines of the first ${n} rows. */
static void want(const struct site_table *table, size_t n, struct source *source)
{
	for (size_t i = 0; i < n; i++) {
		struct frames frames;

		frames_read(table->rows[i].site, &frames);
		source_want(source, &frames);
		frames_free(&frames);
	}
}

void site_view_make(const struct findings *findings, struct site_view *out)
{
	struct source source = {.all = NULL};
	size_t room = 0;

	*out = (struct site_view){.count = 0};
	out->leaks = alloc_grow(NULL, &room, findings->count, sizeof(*out->leaks));
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->all[i];
		bool has_table = out->count < SITE_VIEW_TABLES;

		if (f->paragraph == NULL || f->sites.count == 0)
			continue;
		want(&f->sites, has_table ? rows_shown(&f->sites) : leaks_said(&f->sites), &source);
		if (!has_table)
			continue;
		out->tables[out->count].who = f->who;
		out->tables[out->count++].sites = &f->sites;
	}
	source_ask(&source);
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->all[i];

		out->leaks[i] = f->paragraph ? make_leaks(&f->sites, &source) : NULL;
	}
	for (size_t i = 0; i < out->count; i++)
		make_table(&out->tables[i], &source);
	source_free(&source);
}
