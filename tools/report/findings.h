#ifndef MEMAGENT_FINDINGS_H
#define MEMAGENT_FINDINGS_H
/*
 * findings: the diagnoses of all processes, worst first, with like ones together.
 *
 * Layer    tools; needs series, diagnosis, lives, sentences, tell.
 */
#include <stddef.h>

#include "tools/report/diagnosis.h"

struct series;
struct series_process;

/* One life of one process. */
struct finding {
	const struct series_process *process;
	struct diagnosis diagnosis;
	char *who;	 /* "shop (process 7 on h)" */
	char *paragraph; /* NULL: it is one of many alike, and not shown */
	char *remark;	 /* what follows the last one shown of a group, or NULL */
};

struct findings {
	struct finding *all;
	size_t count;
	size_t room;
};

/* At most so many of those that are alike are shown. */
#define FINDINGS_SHOWN 6

/*
 * findings_make(series, requests, out):
 * Judge every process of ${series} that tells its live bytes.  Like ones have the same service and
 * class: the first of them gets a paragraph of its own, and others a sentence.
 */
void findings_make(const struct series *series, double requests, struct findings *out);

#endif
