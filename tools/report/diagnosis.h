#ifndef MEMAGENT_DIAGNOSIS_H
#define MEMAGENT_DIAGNOSIS_H
/*
 * diagnosis: whether the heap of one process leaks, from its points.  The verdict is computed
 * here and nowhere else.
 *
 * Layer    tools, leaf; pure.
 *
 * The load begins where objects are first made at a hundredth of the highest rate, because its
 * first interval may be a short one.  It ends where objects are last made at a tenth of it.  What
 * a process makes before it first rests is its start, and is left out when enough follows.
 */
#include <stdbool.h>
#include <stddef.h>

/* What is judged of one point.  A figure that the point does not have is 0. */
struct heap_point {
	double time; /* s since 1970 */
	double live; /* bytes */
	double objects;
	double mallocs;
	double rss; /* bytes */
	double trims;
	double pause_total_ns;
	double pause_ns;
	bool has_trims;
};

/* Worst first: this is their order in a report. */
enum diagnosis_class {
	DIAGNOSIS_LEAKS,   /* grew steadily, and the growth stayed */
	DIAGNOSIS_GROWS,   /* grew steadily; what would make it a leak was not seen */
	DIAGNOSIS_UNKNOWN, /* too little was seen */
	DIAGNOSIS_LEVEL,   /* grew up to a bound */
	DIAGNOSIS_RETURNS, /* gives back what it allocates */
	DIAGNOSIS_CLASSES
};

struct diagnosis_trims {
	bool known;
	double count;
	double total_ns;
	double last_ns;
	double longest_ns;
	double rss_before; /* resident, at the one that gave back most */
	double rss_after;  /* 0: there is none, or it is not known */
};

struct diagnosis {
	enum diagnosis_class class;
	size_t points;	      /* all of them */
	size_t judged_points; /* without the start */
	size_t load_points;   /* in which objects were made, under load */
	double load_seconds;
	double objects_made;	   /* under load */
	double objects_load_kept;  /* by the end of the load */
	double objects_after_kept; /* by the last point */
	double live_base;	   /* when the load began */
	double live_peak;
	double live_load_end;
	double live_after;	 /* at the last point */
	double live_last_third;	 /* by which it grew in the last third of the load */
	double bytes_per_second; /* slopes of the live bytes under load */
	double bytes_per_object; /* of the objects made */
	double rss_base;
	double rss_peak; /* 0: the resident set is not known */
	double rss_after;
	struct diagnosis_trims trims;
	bool start_left_out;
	bool has_rest_before; /* the load did not begin with the first point */
	bool has_rest_after;
};

/* Fewer objects or load points than this tell nothing. */
#define DIAGNOSIS_LEAST_OBJECTS 1000
#define DIAGNOSIS_LEAST_POINTS 8

/* Steady growth is growth in each of so many parts of the load, of two points at least. */
#define DIAGNOSIS_PARTS 8

/*
 * diagnosis_make(points, n, out):
 * Judge the ${n} points of one life of a process, one at least, in the order of their times.
 */
void diagnosis_make(const struct heap_point *points, size_t n, struct diagnosis *out);

/* Return the word for ${class} in figures.tsv: leaks, grows, unknown, level or returns. */
const char *diagnosis_class_name(enum diagnosis_class class);

#endif
