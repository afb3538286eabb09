/*
 * transport_udp: sends line protocol in datagrams of whole lines.
 *
 * UDP has no answers, so sent points count as delivered.  The one error that a host may report is
 * that nobody listens on the port.
 */
#include "agent/deliver/transport.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/settings/url.h"

/* Fits an Ethernet frame, with room for tunnel headers, so that no router fragments it. */
#define DATAGRAM_BYTES 1400

static struct {
	const struct transport_config *config;
	char host[256];
	const char *port;
	int fd;		   /* or -1 */
	const char *error; /* of the last request, or NULL */
} udp;

/* Return a socket connected to the first usable address, or -1 with errno. */
static int connect_first(const struct addrinfo *addresses)
{
	int error = EADDRNOTAVAIL;

	for (const struct addrinfo *a = addresses; a; a = a->ai_next) {
		int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
				a->ai_protocol);

		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0)
			return fd;
		error = errno;
		if (fd >= 0)
			close(fd);
	}
	errno = error;
	return -1;
}

/* Return 0, or -1 with udp.error set. */
static int look_up_and_connect(void)
{
	struct addrinfo hints = {.ai_socktype = SOCK_DGRAM};
	struct addrinfo *addresses;
	int failed = getaddrinfo(udp.host, udp.port, &hints, &addresses);

	if (failed) {
		udp.error = gai_strerror(failed);
		return -1;
	}
	udp.fd = connect_first(addresses);
	if (udp.fd < 0)
		udp.error = strerrordesc_np(errno);
	freeaddrinfo(addresses);
	return udp.fd < 0 ? -1 : 0;
}

static void *udp_open(const struct transport_config *config, char *error, size_t size)
{
	udp.config = config;
	udp.fd = -1;
	if (url_host_port(config->url, udp.host, sizeof(udp.host), &udp.port)) {
		snprintf(error, size, "the host name is longer than 255 bytes");
		return NULL;
	}
	/* Look up the host now, while the program can.  A failure is retried later. */
	look_up_and_connect();
	return &udp;
}

/* Return how many bytes of whole lines fit into a datagram: at least one line (longest_line). */
static size_t fitting_bytes(const char *body, size_t len)
{
	size_t fits = 0;

	while (fits < len) {
		const char *newline = memchr(body + fits, '\n', len - fits);
		size_t end = newline ? (size_t)(newline - body) + 1 : len;

		if (fits && end > DATAGRAM_BYTES)
			break;
		fits = end;
	}
	return fits;
}

static void udp_begin(void *handle, enum transport_request what, const char *body, size_t len)
{
	(void)handle;
	(void)what; /* always TRANSPORT_WRITE */
	udp.error = NULL;
	if (udp.fd < 0 && look_up_and_connect())
		return;
	while (len && udp.error == NULL) {
		size_t n = fitting_bytes(body, len);

		if (send(udp.fd, body, n, MSG_NOSIGNAL) < 0)
			udp.error = strerrordesc_np(errno);
		body += n;
		len -= n;
	}
}

static bool udp_poll(void *handle, int64_t wait_ns, struct transport_answer *answer)
{
	(void)handle;
	(void)wait_ns;
	memset(answer, 0, sizeof(*answer));
	if (udp.error == NULL)
		answer->status = 204;
	else
		snprintf(answer->text, sizeof(answer->text), "%s: %s", udp.config->url, udp.error);
	return true;
}

const struct transport transport_udp = {udp_open, udp_begin, udp_poll, DATAGRAM_BYTES};
