#ifndef MEMAGENT_TRANSPORT_H
#define MEMAGENT_TRANSPORT_H
/*
 * transport: the interface of the ways to send points.  A transport sends a request and returns the
 * answer; verdict.h and delivery.h interpret it.
 *
 * Layer    agent, leaf.  agent/deliver/http implements it in a separate shared object, which the
 *          sidecar loads.
 * Threads  all calls from the sidecar.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/base/contents.h"

/*
 * Unused strings are "".  Must not move while the transport is open; only renew changes it.
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
	struct contents ca; /* contents of ca_file, in case it becomes unreadable */
	const char *proxy;
	bool insecure;

	/*
	 * renew(owner):
	 * The server rejects the secrets: read their files again.  Return whether the password or
	 * the token has changed.
	 */
	bool (*renew)(void *owner);
	void *owner;

	/*
	 * Called before and after each wait.  While it waits, a transport uses nothing that a fork
	 * could copy in an inconsistent state.
	 */
	void (*wait_begins)(void);
	void (*wait_ends)(void);
};

enum transport_request {
	TRANSPORT_WRITE,  /* store the lines of the body */
	TRANSPORT_CREATE, /* create the database; no body */
	TRANSPORT_PING,	  /* ask for the server's product and version; no body */
};

struct transport_answer {
	int status;		/* HTTP status; other transports: 204 for success; 0: no answer */
	bool can_create;	/* this API supports TRANSPORT_CREATE */
	int64_t retry_after_ns; /* from Retry-After; 0: none */
	bool html;		/* the answer is a web page: not from InfluxDB */
	bool partial;		/* with 400 or 422: the server stored all but ${refused} points */
	uint64_t refused;	/* points of the body that the server did not store */
	char text[256];		/* message of the server or the system, one line */
	char server[64];	/* product and version, like "InfluxDB 1.8.10"; "": unknown */
};

struct transport {
	/*
	 * open(config, error, size):
	 * Return a handle; NULL with one line in ${error} of ${size} bytes.
	 */
	void *(*open)(const struct transport_config *config, char *error, size_t size);

	/*
	 * begin(handle, what, body, len):
	 * Start a request.  The caller must not change ${body} until poll returns true.
	 */
	void (*begin)(void *handle, enum transport_request what, const char *body, size_t len);

	/*
	 * poll(handle, wait_ns, answer):
	 * Continue the request for at most ${wait_ns}.  Return whether it has ended; then ${answer}
	 * is set.
	 */
	bool (*poll)(void *handle, int64_t wait_ns, struct transport_answer *answer);

	/* Bytes that a line of a body may have, including its newline; 0: no limit. */
	size_t longest_line;
};

extern const struct transport transport_file;
extern const struct transport transport_udp;

/* The shared object built from agent/deliver/http, and the function that it exports. */
#define TRANSPORT_HTTP_OBJECT "memagent-http.so"
#define TRANSPORT_HTTP_SYMBOL "memagent_transport_2"
typedef const struct transport *transport_entry(void);

#endif
