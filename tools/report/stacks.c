#include "tools/report/stacks.h"

#include <stdlib.h>
#include <string.h>

#include "tools/report/alloc.h"
#include "tools/report/findings.h"
#include "tools/report/names.h"
#include "tools/report/series.h"

static const struct site_table *last_table(const struct findings *findings,
					   const struct series_process *process)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->all[i].process == process && findings->all[i].is_last)
			return &findings->all[i].sites;
	return NULL;
}

static void add_table(struct stacks *out, const char *process, const struct site_table *table)
{
	out->begin_ms = table->begin_ms < out->begin_ms ? table->begin_ms : out->begin_ms;
	out->end_ms = table->end_ms > out->end_ms ? table->end_ms : out->end_ms;
	for (size_t i = 0; i < table->count; i++) {
		struct stack *stack;

		out->all = alloc_grow(out->all, &out->room, out->count + 1, sizeof(*out->all));
		stack = &out->all[out->count++];
		stack->process = alloc_check(strdup(process));
		stack->row = &table->rows[i];
		frames_read(stack->row->site, &stack->frames);
	}
}

void stacks_make(const struct series *series, const struct findings *findings, struct stacks *out)
{
	size_t processes = 0;

	*out = (struct stacks){.begin_ms = INT64_MAX, .end_ms = INT64_MIN};
	for (size_t i = 0; i < series->count; i++) {
		const struct site_table *table = last_table(findings, series->processes[i]);
		char *process;

		if (table == NULL || table->count == 0)
			continue;
		process = names_short(series, i);
		add_table(out, process, table);
		free(process);
		processes++;
	}
	out->has_several = processes > 1;
}

void stacks_free(struct stacks *stacks)
{
	for (size_t i = 0; i < stacks->count; i++) {
		free(stacks->all[i].process);
		frames_free(&stacks->all[i].frames);
	}
	free(stacks->all);
	*stacks = (struct stacks){.all = NULL};
}

/* A semicolon would begin another frame. */
static void print_name(FILE *out, const char *name)
{
	for (; *name; name++)
		fputc(*name == ';' ? ':' : *name, out);
}

void stacks_write_folded(FILE *out, const struct stacks *stacks)
{
	for (size_t i = 0; i < stacks->count; i++) {
		const struct stack *stack = &stacks->all[i];

		if (stack->row->live_bytes < 0.5)
			continue;
		if (stacks->has_several) {
			print_name(out, stack->process);
			fputc(';', out);
		}
		for (size_t k = 0; k < stack->frames.count; k++) {
			if (frames_continues(&stack->frames, k))
				continue;
			fputs(k ? ";" : "", out);
			print_name(out, stack->frames.all[k].name);
		}
		fprintf(out, " %.0f\n", stack->row->live_bytes);
	}
}
