#ifndef MEMAGENT_REQUEST_H
#define MEMAGENT_REQUEST_H
/*
 * request: what memagent-report is asked for, by its command line and the environment.
 *
 * Layer    tools; needs agent/settings, tell.
 */
#include <stdint.h>

#include "agent/settings/options.h"
#include "agent/settings/secret.h"
#include "tools/report/series.h"

struct request {
	struct options options; /* where the points are: the same settings as the agent's */
	char password[SECRET_BYTES];
	char token[SECRET_BYTES];
	struct series_choice choice;
	const char *file;  /* of line protocol; NULL: InfluxDB has the points */
	const char *since; /* as in InfluxQL */
	const char *until; /* ns since 1970, in digits; "" is none */
	double requests;   /* that were served; 0: not known */
	const char *title;
	const char *directory; /* to write to */
	char *command;	       /* the command line, as one would type it */
};

/* Fill ${request}.  After --help or --version, or when something is wrong, exits. */
void request_read(struct request *request, int argc, char **argv);

/* Return the database that has the points: from version 2 on, the bucket. */
const char *request_database(const struct request *request);

#endif
