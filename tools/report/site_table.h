#ifndef MEMAGENT_SITE_TABLE_H
#define MEMAGENT_SITE_TABLE_H
/*
 * site_table: the live bytes of a process by call site, and how they grew.
 *
 * Layer    tools; needs series, sites, alloc.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tools/report/sites.h"

struct series_process;

/* A row that leaks, as the agent judged it. */
struct site_leak {
	double bytes_per_s; /* 0: it does not leak */
	double error;	    /* half of the 95 % interval; NAN: unknown */
	double percent;	    /* of the growth of the process; NAN: unknown */
	int64_t since_ms;   /* INT64_MIN: unknown */
};

struct site_row {
	const struct site *site;
	bool is_other;		 /* stands for all sites without points of their own */
	double live_bytes;	 /* at the end; never NAN */
	double live_bytes_begin; /* at the begin; 0 if the site had no point then */
	double live_bytes_error; /* half of the 95 % interval; NAN: unknown, as are those below */
	double live_objects;
	double alloc_bytes; /* since the start of the process, as the next two */
	double alloc_objects;
	double freed_bytes;
	double growth_bytes_per_s; /* of the live bytes: the slope of a line through all points */
	double made_bytes_per_s;
	double oldest_ns; /* age of the oldest object */
	double share;	  /* of the growth of the process, 0 to 1 */
	enum site_verdict verdict;
	struct site_leak leak;
};

/*
 * The rows are those of the last points.  Those that leak come first, fastest first, then the
 * others by live bytes; "other" is the last.
 */
struct site_table {
	struct site_row *rows;
	size_t count; /* 0: the process has no sites */
	size_t leaks; /* rows that leak */
	int64_t begin_ms;
	int64_t end_ms;
	bool is_before_exit;	 /* the process has ended; this is from before */
	double live_bytes;	 /* of all rows */
	double live_bytes_begin; /* of all sites at the begin */
};

/*
 * site_table_make(process, from_ms, until_ms, out):
 * Fill ${out} from the points of ${process} between the two times, both included.  When a process
 * ends it frees what it would keep, so leave out its last point if there are others.
 */
void site_table_make(const struct series_process *process, int64_t from_ms, int64_t until_ms,
		     struct site_table *out);

void site_table_free(struct site_table *table);

/* Return the name of a row's function. */
const char *site_row_function(const struct site_row *row);

#endif
