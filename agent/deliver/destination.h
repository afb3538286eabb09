#ifndef MEMAGENT_DESTINATION_H
#define MEMAGENT_DESTINATION_H
/*
 * destination: opens the transport that the settings name.
 *
 * Layer    agent; needs contents, options, secret, transport, url, log.
 * Threads  the sidecar.
 */
#include "agent/base/contents.h"
#include "agent/settings/secret.h"
#include "agent/deliver/transport.h"

struct options;

struct destination {
	const struct transport *transport;
	void *handle;
	struct transport_config config;
	const struct options *options;
	char password[SECRET_BYTES];
	char token[SECRET_BYTES];
	struct contents ca; /* contents of the certificate file */
};

/*
 * destination_read(d, options):
 * Read the secret and certificate files that ${options} name.  A file that cannot be read any more,
 * as in a forked child that has changed its user, keeps its last contents.  If it has none, log
 * why.
 */
void destination_read(struct destination *d, const struct options *options);

/*
 * destination_open(d, options, wait_begins, wait_ends):
 * Open the destination that ${options} name, after destination_read.  ${d} and ${options} must not
 * move.  Return 0; -1 if it cannot be opened, which is logged, or if the URL is invalid, which
 * options->problems reports.
 */
int destination_open(struct destination *d, const struct options *options,
		     void (*wait_begins)(void), void (*wait_ends)(void));

/*
 * destination_try(d, options, wait_begins, wait_ends, error, size):
 * The same for a valid URL, but write the reason of a failure to ${error} of ${size} bytes, as one
 * line, instead of logging it.
 */
int destination_try(struct destination *d, const struct options *options, void (*wait_begins)(void),
		    void (*wait_ends)(void), char *error, size_t size);

#endif
