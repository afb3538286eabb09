#ifndef MEMAGENT_TRANSPORT_H
#define MEMAGENT_TRANSPORT_H
/*
 * transport: a way to get points out.  A transport does what it is asked and reports what came of
 * it; what that means is for verdict.h and delivery.h.
 *
 * Layer    agent, leaf.  agent/deliver/http implements it in an object of its own, which the
 * sidecar loads. Threads  all calls from the sidecar.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/base/contents.h"

/*
 * Texts that do not apply are "".  It stays where it is while the transport is open; only renew
 * changes it.
 */
struct transport_config {
	const char *url;
	const char *api; /* v1, v2 or v3 */
	const char *database;
	const char *retention_policy;
	const char *username;
	const char *password;
	const char *token;
	const char *org;
	const char *bucket;
	const char *ca_file;
	struct contents ca; /* what it had, for when it cannot be read any more */
	const char *proxy;
	bool insecure;

	/*
	 * renew(owner):
	 * The server does not accept the secrets: read them again from their files.  Return whether
	 * password or token is another now.
	 */
	bool (*renew)(void *owner);
	void *owner;

	/*
	 * Called around every wait: between the two a transport touches nothing that a fork could
	 * leave in a bad state.
	 */
	void (*wait_begins)(void);
	void (*wait_ends)(void);
};

enum transport_request {
	TRANSPORT_WRITE,  /* the body's lines are to be stored */
	TRANSPORT_CREATE, /* the database is to be created; no body */
	TRANSPORT_PING,	  /* who is there?  No body; nothing changes */
};

struct transport_answer {
	int status;		/* of HTTP; 204 stands for stored; 0: no answer */
	bool can_create;	/* the interface has a TRANSPORT_CREATE */
	int64_t retry_after_ns; /* the server's wish; 0 is none */
	bool html;		/* the answer is a page for people: not the server we think */
	bool partial;		/* with 400 or 422: the server has stored all but ${refused} */
	uint64_t refused;	/* points of the body that it has not stored */
	char text[256];		/* what the server or the system says, one line */
	char server[64];	/* its product and version, "InfluxDB 1.8.10"; "": not told */
};

struct transport {
	/*
	 * open(config, error, size):
	 * Return a handle; NULL with one line in ${error} of ${size} bytes.
	 */
	void *(*open)(const struct transport_config *config, char *error, size_t size);

	/*
	 * begin(handle, what, body, len):
	 * Start one request; ${body} stays the caller's and unchanged until poll has answered.
	 */
	void (*begin)(void *handle, enum transport_request what, const char *body, size_t len);

	/*
	 * poll(handle, wait_ns, answer):
	 * Go on with the request for ${wait_ns} at most.  Return whether it is over; then ${answer}
	 * tells how it went.
	 */
	bool (*poll)(void *handle, int64_t wait_ns, struct transport_answer *answer);

	/* Bytes that a line in a body may have, its newline included; 0: any. */
	size_t longest_line;
};

extern const struct transport transport_file;
extern const struct transport transport_udp;

/* What the object in agent/deliver/http exports. */
#define TRANSPORT_HTTP_OBJECT "memagent-http.so"
#define TRANSPORT_HTTP_SYMBOL "memagent_transport_2"
typedef const struct transport *transport_entry(void);

#endif
