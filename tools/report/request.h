#ifndef MEMAGENT_REQUEST_H
#define MEMAGENT_REQUEST_H
/*
 * request: the command line and environment of memagent-report.
 *
 * Layer    tools; needs agent/settings, messages.
 */
#include <stdbool.h>
#include <stdint.h>

#include "agent/settings/options.h"
#include "agent/settings/secret.h"
#include "tools/report/series.h"

struct request {
	struct options options; /* the agent's settings, which say where the points are */
	char password[SECRET_BYTES];
	char token[SECRET_BYTES];
	struct series_choice choice;
	const char *file;  /* of line protocol; NULL: read from InfluxDB */
	const char *since; /* a duration of InfluxQL */
	const char *from;  /* ns since 1970, in digits; "": use ${since} */
	const char *until; /* the same; "": no limit */
	double requests;   /* served by the program; 0: unknown */
	const char *title;
	const char *directory; /* to write to; NULL: write no report */
	bool fail_on_leak;
	const char *folded; /* file for folded stacks, or NULL; "-": standard output */
	const char *pprof;  /* the same for a profile */
	char *command;	    /* the command line, quoted for a shell */
};

/* Fill ${request}.  Exits after --help or --version, or on an error. */
void request_read(struct request *request, int argc, char **argv);

/* Return the database to query; for v2 and v3 that is the bucket. */
const char *request_database(const struct request *request);

#endif
