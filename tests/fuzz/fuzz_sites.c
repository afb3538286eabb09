/*
 * Points of call sites: whatever a file has, the table adds up, names have no control characters,
 * and the flame graph and the profile can be made of it.
 *
 * runs: 20000
 * input: lines
 */
#include "tools/report/lines.h"

#include <math.h>

#include "tests/fuzz/fuzz.h"
#include "tools/report/findings.h"
#include "tools/report/flame.h"
#include "tools/report/protobuf.h"
#include "tools/report/pprof.h"
#include "tools/report/series.h"
#include "tools/report/site_table.h"
#include "tools/report/stacks.h"
#include "tools/report/tree.h"

static double live_of(const struct site_row *row)
{
	return row->live_bytes;
}

static void check_table(const struct site_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct site_row *row = &table->rows[i];

		CHECK(!isnan(row->live_bytes));
		CHECK(isnan(row->share) || (row->share >= 0 && row->share <= 1));
		CHECK(!row->is_other || i == table->count - 1);
		CHECK(i == 0 || row->is_other || row->live_bytes <= table->rows[i - 1].live_bytes);
	}
}

static void check_text(FILE *file, char **text, const size_t *size, const char *allowed)
{
	fclose(file);
	for (size_t i = 0; i < *size; i++)
		CHECK(!is_control((*text)[i]) || strchr(allowed, (*text)[i]));
	free(*text);
}

static void check_stacks(const struct stacks *stacks)
{
	struct protobuf profile;
	struct tree tree;
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	tree_make(stacks, live_of, &tree);
	CHECK(tree.depth <= TREE_DEPTH_MOST + 2);
	flame_write(out, &tree, "title", FLAME_LIVE);
	check_text(out, &text, &size, "\n");
	tree_free(&tree);
	out = open_memstream(&text, &size);
	stacks_write_folded(out, stacks);
	check_text(out, &text, &size, "\n");
	if (stacks->count == 0)
		return;
	pprof_encode(stacks, &profile);
	protobuf_free(&profile);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct series_choice choice = {
	    .measurement = "m", .host = "", .service = "", .pid = "", .until_ms = INT64_MAX};
	struct series series = {.processes = NULL};
	struct findings findings;
	struct stacks stacks;
	FILE *file = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;

	if (file == NULL)
		return 0;
	CHECK(lines_read(file, &choice, &series) == 0);
	fclose(file);
	series_finish(&series);
	findings_make(&series, 0, &findings);
	for (size_t i = 0; i < findings.count; i++)
		check_table(&findings.all[i].sites);
	stacks_make(&series, &findings, &stacks);
	check_stacks(&stacks);
	stacks_free(&stacks);
	findings_free(&findings);
	series_free(&series);
	return 0;
}
