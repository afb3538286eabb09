#include "tools/report/names.h"

#include <stdio.h>
#include <string.h>

#include "tools/report/alloc.h"
#include "tools/report/series.h"
#include "tools/report/messages.h"

static bool same_but_host(const struct series_process *a, const struct series_process *b)
{
	return strcmp(a->service, b->service) == 0 && strcmp(a->pid, b->pid) == 0;
}

static bool same_place(const struct series_process *a, const struct series_process *b)
{
	return same_but_host(a, b) && strcmp(a->host, b->host) == 0;
}

static bool has_tag(const struct series_process *process, const struct series_tag *tag)
{
	for (size_t i = 0; i < process->tag_count; i++)
		if (strcmp(process->tags[i].key, tag->key) == 0 &&
		    strcmp(process->tags[i].value, tag->value) == 0)
			return true;
	return false;
}

/*
 * Return whether another process with the same service, pid and host lacks ${tag}.  Such processes
 * are neighbours in ${series}.
 */
static bool is_distinguishing(const struct series *series, size_t index,
			      const struct series_tag *tag)
{
	const struct series_process *process = series->processes[index];
	size_t i = index;

	while (i > 0 && same_place(series->processes[i - 1], process))
		i--;
	for (; i < series->count && same_place(series->processes[i], process); i++)
		if (!has_tag(series->processes[i], tag))
			return true;
	return false;
}

static void print_tags(FILE *out, const struct series *series, size_t index, const char *before)
{
	const struct series_process *process = series->processes[index];

	for (size_t i = 0; i < process->tag_count; i++) {
		const struct series_tag *tag = &process->tags[i];

		if (!is_distinguishing(series, index, tag))
			continue;
		fprintf(out, "%s%s=%s", before, tag->key, tag->value);
	}
}

static bool needs_host(const struct series *series, size_t index)
{
	const struct series_process *process = series->processes[index];

	for (size_t i = 0; i < series->count; i++)
		if (same_but_host(series->processes[i], process) &&
		    !same_place(series->processes[i], process))
			return true;
	return false;
}

char *names_long(const struct series *series, size_t index, bool again)
{
	const struct series_process *p = series->processes[index];
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		messages_fail("out of memory");
	fprintf(out, "%s (process %s on %s", p->service, p->pid, p->host);
	print_tags(out, series, index, ", ");
	fputs(again ? ", started again)" : ")", out);
	fclose(out);
	return alloc_check(text);
}

char *names_short(const struct series *series, size_t index)
{
	const struct series_process *p = series->processes[index];
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		messages_fail("out of memory");
	fprintf(out, "%s %s", p->service, p->pid);
	if (needs_host(series, index))
		fprintf(out, " %s", p->host);
	print_tags(out, series, index, " ");
	fclose(out);
	return alloc_check(text);
}
