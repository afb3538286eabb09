#ifndef MEMAGENT_DESTINATION_H
#define MEMAGENT_DESTINATION_H
/*
 * destination: where the points go: the transport that the settings name, opened.
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
	struct contents ca; /* what the file of certificates had */
};

/*
 * destination_read(d, options):
 * Read the files that ${options} name.  Of one that cannot be read any more, as in the child of a
 * fork that has changed its user, the last contents stay in use; without any it is logged why.
 */
void destination_read(struct destination *d, const struct options *options);

/*
 * destination_open(d, options, wait_begins, wait_ends):
 * Open what ${options} name, after destination_read.  ${d} and ${options} must stay where they
 * are.  Return 0; -1 when it cannot be opened, and then it has been logged why; -1 also when the
 * URL was not valid, which options->problems tells.
 */
int destination_open(struct destination *d, const struct options *options,
		     void (*wait_begins)(void), void (*wait_ends)(void));

/*
 * destination_try(d, options, wait_begins, wait_ends, error, size):
 * The same for a URL that is valid; why it cannot be opened is one line in ${error} of ${size}
 * bytes.
 */
int destination_try(struct destination *d, const struct options *options, void (*wait_begins)(void),
		    void (*wait_ends)(void), char *error, size_t size);

#endif
