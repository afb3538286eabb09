#include "tools/report/query_answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/report/alloc.h"
#include "tools/report/json.h"
#include "tools/report/lines.h"
#include "tools/report/series.h"

#define NAME_BYTES 256
#define TAG_BYTES 4096
#define COLUMNS_MOST 128
#define STRING_BYTES 65536 /* the longest string field of InfluxDB */

struct column {
	enum {
		OTHER,
		TIME,
		FIELD,
		SIZE,
		SITE_FIELD,
		SITE_STACK,
		SITE_FRAMES,
		SITE_JUDGED,
		EVENT
	} kind;
	int index; /* of the field or size */
};

struct answer {
	struct json json;
	const struct series_choice *choice;
	struct series *series;
	char *error;
	size_t error_size;
};

/* One series of the answer.  Its members may be in any order. */
struct table {
	enum series_kind kind;
	struct series_tag *tags;
	size_t tag_count;
	size_t tag_room;
	struct column columns[COLUMNS_MOST];
	size_t column_count;
	struct json rows;
};

static struct column process_column(const char *name)
{
	const char *plain = strncmp(name, "last_", 5) == 0 ? name + 5 : name;
	enum series_field field = series_field_of(name, strlen(name));
	int size = series_size_of(plain, strlen(plain));

	if (field < SERIES_VALUES)
		return (struct column)
		{
			.kind = FIELD
			, .index = (int)field
		};
	return size >= 0 ? (struct column){SIZE, size} : (struct column){OTHER, 0};
}

/* No field of a site has the name of a field of a process. */
static struct column column_of(const char *name)
{
	enum site_field field = sites_field_of(name, strlen(name));

	if (strcmp(name, "time") == 0)
		return (struct column){TIME, 0};
	if (field < SITE_VALUES)
		return (struct column){.kind = SITE_FIELD, .index = (int)field};
	if (strcmp(name, "stack") == 0)
		return (struct column){SITE_STACK, 0};
	if (strcmp(name, "frames") == 0)
		return (struct column){SITE_FRAMES, 0};
	if (strcmp(name, "verdict") == 0)
		return (struct column){SITE_JUDGED, 0};
	if (strcmp(name, "event") == 0)
		return (struct column){EVENT, 0};
	return process_column(name);
}

static void read_tags(struct json *json, struct table *table)
{
	char key[NAME_BYTES], value[TAG_BYTES];
	bool first = true;

	while (json_more(json, '{', '}', &first)) {
		struct series_tag *tag;

		json_key(json, key, sizeof(key));
		json_string(json, value, sizeof(value));
		table->tags = alloc_grow(table->tags, &table->tag_room, table->tag_count + 1,
					 sizeof(*table->tags));
		tag = &table->tags[table->tag_count++];
		tag->key = alloc_check(strdup(key));
		tag->value = alloc_check(strdup(value));
	}
}

static void read_columns(struct json *json, struct table *table)
{
	char name[NAME_BYTES];
	bool first = true;

	while (json_more(json, '[', ']', &first)) {
		json_string(json, name, sizeof(name));
		if (table->column_count < COLUMNS_MOST)
			table->columns[table->column_count++] = column_of(name);
	}
}

/* Read one row into ${sample} and the sizes of ${process}.  Return whether it has a field. */
static bool read_row(struct json *json, const struct table *table, struct series_process *process,
		     struct series_sample *sample)
{
	bool first = true, has_field = false;
	size_t i = 0, length;
	const char *text;

	for (; json_more(json, '[', ']', &first); i++) {
		bool is_number = json_number(json, &text, &length);
		const struct column *column = &table->columns[i < COLUMNS_MOST ? i : 0];

		if (!is_number || i >= table->column_count)
			continue;
		if (column->kind == TIME && !lines_time(text, length, &sample->time_ms))
			sample->time_ms = INT64_MIN;
		if (column->kind == FIELD) {
			sample->value[column->index] = lines_number(text, length);
			has_field = true;
		}
		if (column->kind == SIZE) {
			process->sizes[column->index] = lines_number(text, length);
			process->sizes_ms = sample->time_ms;
		}
	}
	return has_field;
}

static void read_process(const struct answer *a, struct table *table)
{
	struct series_process *process =
	    series_process(a->series, a->choice, table->tags, table->tag_count);
	struct json *json = &table->rows;
	bool first = true;

	while (process && json_more(json, '[', ']', &first)) {
		struct series_sample sample = series_unknown(0);

		if (read_row(json, table, process, &sample) &&
		    sample.time_ms <= a->choice->until_ms && !json->bad)
			series_add(process, &sample);
	}
}

/* ---- sites ---- */

/* Read a string or null, and keep the string as a text of the site at ${time_ms}. */
static void read_text(struct json *json, struct site_text *text, int64_t time_ms)
{
	static char value[STRING_BYTES + 1];
	struct json peek = *json;

	if (!json_takes(&peek, '"')) {
		json_skip(json);
		return;
	}
	json_string(json, value, sizeof(value));
	if (!json->bad && value[0])
		sites_keep_text(text, value, strlen(value), time_ms);
}

/* Read the verdict of a row, or null. */
static enum site_verdict read_verdict(struct json *json)
{
	char value[NAME_BYTES];
	struct json peek = *json;

	if (!json_takes(&peek, '"')) {
		json_skip(json);
		return SITE_NOT_JUDGED;
	}
	json_string(json, value, sizeof(value));
	return json->bad ? SITE_NOT_JUDGED : sites_verdict_of(value, strlen(value));
}

static bool read_site_row(struct json *json, const struct table *table, struct site *site,
			  struct site_sample *sample)
{
	bool first = true, has_field = false;
	size_t i = 0, length;
	const char *text;

	for (; json_more(json, '[', ']', &first); i++) {
		const struct column *column = &table->columns[i < COLUMNS_MOST ? i : 0];
		bool is_known = i < table->column_count;

		if (is_known && column->kind == SITE_STACK) {
			read_text(json, &site->stack, sample->time_ms);
		} else if (is_known && column->kind == SITE_FRAMES) {
			read_text(json, &site->frames, sample->time_ms);
		} else if (is_known && column->kind == SITE_JUDGED) {
			sample->verdict = read_verdict(json);
		} else if (!json_number(json, &text, &length) || !is_known) {
			continue;
		} else if (column->kind == TIME) {
			if (!lines_time(text, length, &sample->time_ms))
				sample->time_ms = INT64_MIN;
		} else if (column->kind == SITE_FIELD) {
			sample->value[column->index] = lines_number(text, length);
			has_field = true;
		}
	}
	return has_field;
}

static void read_site(const struct answer *a, struct table *table)
{
	char *function;
	struct site *site =
	    series_site(a->series, a->choice, table->tags, table->tag_count, &function);
	struct json *json = &table->rows;
	bool first = true;

	while (site && json_more(json, '[', ']', &first)) {
		struct site_sample sample = sites_unknown(0);

		if (!read_site_row(json, table, site, &sample) || sample.time_ms < 0 ||
		    sample.time_ms > a->choice->until_ms || json->bad)
			continue;
		sites_add(site, &sample);
		sites_keep_text(&site->function, function, strlen(function), sample.time_ms);
	}
	free(function);
}

/* ---- events ---- */

static void read_event(struct json *json, const struct table *table, struct series_process *process)
{
	char event[NAME_BYTES] = "";
	int64_t time_ms = INT64_MIN;
	bool first = true;
	size_t i = 0, length;
	const char *text;

	for (; json_more(json, '[', ']', &first); i++) {
		const struct column *column = &table->columns[i < COLUMNS_MOST ? i : 0];
		struct json peek = *json;

		if (i < table->column_count && column->kind == EVENT && json_takes(&peek, '"'))
			json_string(json, event, sizeof(event));
		else if (json_number(json, &text, &length) && i < table->column_count &&
			 column->kind == TIME && !lines_time(text, length, &time_ms))
			time_ms = INT64_MIN;
	}
	if (time_ms >= 0 && !json->bad)
		series_add_event(process, event, time_ms);
}

static void read_events(const struct answer *a, struct table *table)
{
	struct series_process *process =
	    series_process(a->series, a->choice, table->tags, table->tag_count);
	bool first = true;

	while (process && json_more(&table->rows, '[', ']', &first))
		read_event(&table->rows, table, process);
}

static void read_rows(const struct answer *a, struct table *table)
{
	if (table->kind == SERIES_SITE)
		read_site(a, table);
	else if (table->kind == SERIES_EVENT)
		read_events(a, table);
	else
		read_process(a, table);
}

static void read_series(struct answer *a)
{
	struct json *json = &a->json;
	struct table table = {.tags = NULL};
	char key[NAME_BYTES], name[TAG_BYTES];
	bool first = true;

	while (json_more(json, '{', '}', &first)) {
		json_key(json, key, sizeof(key));
		if (strcmp(key, "name") == 0) {
			json_string(json, name, sizeof(name));
			table.kind = series_kind_of(a->choice, name);
		} else if (strcmp(key, "tags") == 0) {
			read_tags(json, &table);
		} else if (strcmp(key, "columns") == 0) {
			read_columns(json, &table);
		} else if (strcmp(key, "values") == 0) {
			table.rows = *json;
			json_skip(json);
		} else {
			json_skip(json);
		}
	}
	if (json->bad || table.rows.at == NULL)
		series_free_tags(table.tags, table.tag_count);
	else
		read_rows(a, &table);
}

static void read_result(struct answer *a)
{
	char key[NAME_BYTES];
	bool first = true, first_series = true;

	while (json_more(&a->json, '{', '}', &first)) {
		json_key(&a->json, key, sizeof(key));
		if (strcmp(key, "error") == 0) {
			json_string(&a->json, a->error, a->error_size);
		} else if (strcmp(key, "series") == 0) {
			while (json_more(&a->json, '[', ']', &first_series))
				read_series(a);
		} else {
			json_skip(&a->json);
		}
	}
}

static void read_all(struct answer *a)
{
	char key[NAME_BYTES];
	bool first = true, first_result = true;

	while (json_more(&a->json, '{', '}', &first)) {
		json_key(&a->json, key, sizeof(key));
		/* InfluxDB 2 reports errors with the keys code and message. */
		if (strcmp(key, "error") == 0 || strcmp(key, "message") == 0) {
			json_string(&a->json, a->error, a->error_size);
		} else if (strcmp(key, "results") == 0) {
			while (json_more(&a->json, '[', ']', &first_result))
				read_result(a);
		} else {
			json_skip(&a->json);
		}
	}
}

int query_answer_read(const char *text, size_t length, const struct series_choice *choice,
		      struct series *series, char *error, size_t size)
{
	struct answer a = {
	    .json = {text, text + length, false},
	    .choice = choice,
	    .series = series,
	    .error = error,
	    .error_size = size,
	};

	error[0] = '\0';
	read_all(&a);
	if (error[0] == '\0' && a.json.bad)
		snprintf(error, size, "not an answer of InfluxDB: %.*s",
			 (int)(length < 300 ? length : 300), text);
	return error[0] ? -1 : 0;
}
