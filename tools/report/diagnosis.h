#ifndef MEMAGENT_DIAGNOSIS_H
#define MEMAGENT_DIAGNOSIS_H
/*
 * diagnosis: decides from its points whether the heap of a process leaks.  No other code does.
 *
 * The load begins at the first point with 1 % of the highest allocation rate: its first interval
 * may be short.  It ends at the last point with 10 % of that rate.  Everything before the process
 * first rests is its start-up, which is ignored if enough points follow.
 *
 * Layer    tools, leaf; pure.
 */
#include <stdbool.h>
#include <stddef.h>

/* The judged values of one point; 0: unknown. */
struct heap_point {
	double time; /* s since 1970 */
	double live; /* bytes */
	double objects;
	double mallocs;
	double reallocs;
	double rss; /* bytes */
	double sys; /* bytes that the allocator has from the kernel */
	double trims;
	double pause_total_ns;
	double pause_ns;
	bool has_trims;
};

/* Worst first, which is their order in a report. */
enum diagnosis_class {
	DIAGNOSIS_LEAKS,   /* grew steadily, and was not freed afterwards */
	DIAGNOSIS_GROWS,   /* grew steadily; rest or time to call it a leak is missing */
	DIAGNOSIS_UNKNOWN, /* too few data */
	DIAGNOSIS_LEVEL,   /* grew to a limit */
	DIAGNOSIS_RETURNS, /* freed what it allocated */
	DIAGNOSIS_CLASSES
};

struct diagnosis_trims {
	bool known;
	double count;
	double total_ns;
	double last_ns;
	double longest_ns;
	double rss_before; /* resident bytes around the trim that released most */
	double rss_after;  /* 0: no trim, or unknown */
};

struct diagnosis {
	enum diagnosis_class class;
	size_t points;	      /* all */
	size_t judged_points; /* without the start-up */
	size_t load_points;   /* busy points under load */
	double load_seconds;
	double objects_made; /* allocated under load */
	double reallocs_made;
	double objects_load_kept;  /* growth of live objects until the end of the load */
	double objects_after_kept; /* growth of live objects until the last point */
	double live_base;	   /* live bytes at the start of the load */
	double live_peak;
	double live_load_end;
	double live_after;	 /* at the last point */
	double live_last_third;	 /* growth in the last third of the load */
	double bytes_per_second; /* slope of the live bytes under load */
	double bytes_of_work;	 /* the same for the whole load, by calls of malloc and realloc */
	double rss_base;
	double rss_peak; /* 0: the resident set is unknown */
	double rss_after;
	double sys_after; /* 0: unknown */
	struct diagnosis_trims trims;
	bool has_work;	      /* enough to judge */
	bool start_left_out;  /* the start-up is ignored */
	bool has_rest_before; /* the load does not begin at the first point */
	bool has_rest_after;
};

/* With fewer calls and less growth, or fewer load points, the class is unknown. */
#define DIAGNOSIS_LEAST_CALLS 1000
#define DIAGNOSIS_LEAST_BYTES 1048576.0
#define DIAGNOSIS_LEAST_POINTS 8

/* Growth is steady if each of this many parts of the load grows.  A part has at least 2 points. */
#define DIAGNOSIS_PARTS 8

/*
 * diagnosis_make(points, n, out):
 * Judge the ${n} >= 1 points of one process, sorted by time.
 */
void diagnosis_make(const struct heap_point *points, size_t n, struct diagnosis *out);

/* Return the name of ${class} in figures.tsv: leaks, grows, unknown, level or returns. */
const char *diagnosis_class_name(enum diagnosis_class class);

#endif
