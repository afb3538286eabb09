#ifndef MEMAGENT_STACKS_H
#define MEMAGENT_STACKS_H
/*
 * stacks: the stacks of all processes, with their live bytes and growth.
 *
 * Layer    tools; needs series, findings, site_table, frames, names, alloc.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "tools/report/frames.h"

struct findings;
struct series;
struct site_row;

struct stack {
	char *process; /* "shop 7" */
	const struct site_row *row;
	struct frames frames;
};

struct stacks {
	struct stack *all;
	size_t count; /* 0: there are no sites */
	size_t room;
	bool has_several; /* processes */
	int64_t begin_ms;
	int64_t end_ms;
};

/*
 * stacks_make(series, findings, out):
 * Collect the stacks of each process of ${series}; after restarts, those of its last life.
 */
void stacks_make(const struct series *series, const struct findings *findings, struct stacks *out);

void stacks_free(struct stacks *stacks);

/*
 * stacks_write_folded(out, stacks):
 * Write a line "main;handle;push 1234" with the live bytes of each stack.  With several processes
 * the first name is that of the process.
 */
void stacks_write_folded(FILE *out, const struct stacks *stacks);

#endif
