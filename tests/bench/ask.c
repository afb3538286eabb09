/*
 * ask: a load generator for memcached, which has none of its own.
 *
 *   ask PORT CONNECTIONS COUNT
 *
 * Each connection sets and gets objects of 100 bytes among 10,000 keys, one request at a time,
 * COUNT requests in all.  Prints the number of answers over all connections.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BYTES = 100, KEYS = 10000, CONNECTIONS_MAX = 256 };

static struct sockaddr_in server = {.sin_family = AF_INET};
static long count;

/* Send one request and read its answer, which ends with ${end}. */
static bool ask(int socket, const char *request, size_t length, const char *end)
{
	char answer[1024];
	size_t had = 0;
	ssize_t got;

	if (write(socket, request, length) != (ssize_t)length)
		return false;
	do {
		got = read(socket, answer + had, sizeof(answer) - 1 - had);
		if (got <= 0)
			return false;
		had += (size_t)got;
		answer[had] = '\0';
	} while (had < strlen(end) || strcmp(answer + had - strlen(end), end) != 0);
	return true;
}

static void *connection(void *argument)
{
	const int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char request[256];
	long done = 0;

	(void)argument;
	if (fd < 0 || connect(fd, (struct sockaddr *)&server, sizeof(server)))
		return NULL;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	for (; done < count; done++) {
		const long key = done / 2 * 7919 % KEYS;
		const bool set = done % 2 == 0;
		int length = set ? snprintf(request, sizeof(request),
					    "set key%ld 0 0 %d\r\n%0*d\r\n", key, BYTES, BYTES, 0)
				 : snprintf(request, sizeof(request), "get key%ld\r\n", key);

		if (!ask(fd, request, (size_t)length, set ? "STORED\r\n" : "END\r\n"))
			break;
	}
	close(fd);
	return (void *)done;
}

int main(int argc, char **argv)
{
	const int connections = argc == 4 ? atoi(argv[2]) : 0;
	pthread_t thread[CONNECTIONS_MAX];
	long sum = 0;

	if (connections < 1 || connections > CONNECTIONS_MAX) {
		fprintf(stderr, "usage: ask PORT CONNECTIONS COUNT\n");
		return 2;
	}
	server.sin_port = htons((unsigned short)atoi(argv[1]));
	server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	count = strtol(argv[3], NULL, 10) / connections;
	for (int i = 0; i < connections; i++)
		if (pthread_create(&thread[i], NULL, connection, NULL))
			return 1;
	for (int i = 0; i < connections; i++) {
		void *done;

		pthread_join(thread[i], &done);
		sum += (long)done;
	}
	printf("%ld\n", sum);
	return sum != count * connections;
}
