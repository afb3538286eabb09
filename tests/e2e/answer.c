/*
 * answer: a web server that is not InfluxDB.
 *
 *	answer STATUS TYPE BODY
 *
 * Answers every request with that, on a free port of 127.0.0.1, until SIGTERM.
 * Prints "listening on 127.0.0.1:PORT" first.
 */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *body,
			      size_t *body_length, void **state)
{
	static char seen_head;
	char **words = cls;

	(void)url;
	(void)method;
	(void)version;
	(void)body;
	if (*state == NULL) {
		*state = &seen_head;
		return MHD_YES;
	}
	if (*body_length > 0) {
		*body_length = 0;
		return MHD_YES;
	}
	struct MHD_Response *response =
	    MHD_create_response_from_buffer(strlen(words[3]), words[3], MHD_RESPMEM_PERSISTENT);
	if (response == NULL)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, words[2]);
	const enum MHD_Result result =
	    MHD_queue_response(connection, (unsigned int)atoi(words[1]), response);
	MHD_destroy_response(response);
	return result;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	sigset_t stop;
	int number;

	if (argc != 4) {
		fprintf(stderr, "usage: answer STATUS TYPE BODY\n");
		return 2;
	}
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigprocmask(SIG_BLOCK, &stop, NULL);
	struct MHD_Daemon *daemon =
	    MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD, 0, NULL, NULL, handle, argv,
			     MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_END);
	if (daemon == NULL) {
		fprintf(stderr, "answer: can't listen\n");
		return 1;
	}
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_LISTEN_FD);
	if (info == NULL || getsockname(info->listen_fd, (struct sockaddr *)&address, &size) == -1)
		return 1;
	printf("listening on 127.0.0.1:%u\n", ntohs(address.sin_port));
	fflush(stdout);
	sigwait(&stop, &number);
	MHD_stop_daemon(daemon);
	return 0;
}
