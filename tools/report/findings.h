#ifndef MEMAGENT_FINDINGS_H
#define MEMAGENT_FINDINGS_H
/*
 * findings: the diagnoses of all processes, worst first, grouped by service and class.
 *
 * Layer    tools; needs series, diagnosis, lives, sentences, alloc, messages.
 */
#include <stdbool.h>
#include <stddef.h>

#include "tools/report/diagnosis.h"
#include "tools/report/site_table.h"

struct series;
struct series_process;

/* A process that was restarted with the same tags has several findings. */
struct finding {
	const struct series_process *process;
	struct diagnosis diagnosis;
	struct site_table sites;
	bool is_last;	 /* the process was not restarted after it */
	char *who;	 /* "shop (process 7 on h)" */
	char *paragraph; /* NULL: not shown, because its group is large */
	char *remark;	 /* text after the last shown finding of a group, or NULL */
};

struct findings {
	struct finding *all;
	size_t count;
	size_t room;
};

/* At most this many findings of a group are shown. */
#define FINDINGS_SHOWN 6

/*
 * findings_make(series, requests, out):
 * Judge every process of ${series} with known live bytes.  A group has the same service and class.
 * The first finding of a group gets a paragraph, the others a sentence.
 */
void findings_make(const struct series *series, double requests, struct findings *out);

/* Return whether the process of ${finding} leaks, by its totals or by a call site. */
bool findings_leaks(const struct finding *finding);

void findings_free(struct findings *findings);

#endif
