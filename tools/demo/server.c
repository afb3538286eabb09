/*
 * server: a small web server to run under load.  It does not depend on memagent.
 *
 * POST or GET /v1/push appends APPENDS items to an array, takes REQUEST_MS and answers {"code":1}.
 * The mode decides when the array is freed.  Each connection has its own thread.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <malloc.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define APPENDS 100
#define REQUEST_MS 100
#define CACHED 2000 /* requests whose arrays the mode cache keeps */
#define LOGGED 1024 /* requests whose log lines the mode burst keeps */

/* ---- The array that a request appends to. ---- */

struct array {
	struct array *next; /* in the list kept */
	char **items;
	size_t length;
	size_t capacity;
};

static void array_free(struct array *array)
{
	if (array == NULL)
		return;
	for (size_t i = 0; i < array->length; i++)
		free(array->items[i]);
	free(array->items);
	free(array);
}

/* Append ${item} and take ownership of it.  Return 0, or -1 if there is no memory. */
static int array_append(struct array *array, char *item)
{
	if (item == NULL)
		return -1;
	if (array->length == array->capacity) {
		const size_t capacity = array->capacity == 0 ? 8 : 2 * array->capacity;
		char **items = realloc(array->items, capacity * sizeof(*items));
		if (items == NULL) {
			free(item);
			return -1;
		}
		array->items = items;
		array->capacity = capacity;
	}
	array->items[array->length++] = item;
	return 0;
}

static char *item_of_one_size(unsigned long request, int number)
{
	char text[64];

	snprintf(text, sizeof(text), "request %lu pushed this as item %d", request, number);
	return strdup(text);
}

/* Return an item of 16 to 256 bytes (pseudo-random), fully written so that it is resident. */
static char *item_of_mixed_size(unsigned long request, int number)
{
	const unsigned int mixed =
	    ((unsigned int)request * 100 + (unsigned int)number) * 2654435761U;
	const size_t size = (size_t)16 << (mixed >> 16) % 5;
	char *item = malloc(size);

	if (item == NULL)
		return NULL;
	memset(item, '.', size);
	snprintf(item, size, "item %d", number);
	return item;
}

/* Return a new array with a request's items, or NULL. */
static struct array *array_filled(unsigned long request, char *(*item)(unsigned long, int))
{
	struct array *array = calloc(1, sizeof(*array));

	if (array == NULL)
		return NULL;
	for (int i = 0; i < APPENDS; i++) {
		if (array_append(array, item(request, i)) == -1) {
			array_free(array);
			return NULL;
		}
	}
	return array;
}

static void pause_ms(long ms)
{
	struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

	while (nanosleep(&left, &left) == -1 && errno == EINTR)
		;
}

/* ---- Modes: each makes the array of a request, and decides when it is freed. ---- */

struct mode {
	const char *name;
	const char *doc;
	bool (*push)(unsigned long request); /* called by many threads; false: no memory */
	void (*idle)(void);		     /* called when the last connection is closed */
};

static bool push_local(unsigned long request)
{
	struct array *array = array_filled(request, item_of_one_size);

	if (array == NULL)
		return false;
	pause_ms(REQUEST_MS);
	array_free(array);
	return true;
}

static pthread_mutex_t kept_lock = PTHREAD_MUTEX_INITIALIZER;
static struct array *kept;
static struct array *cached[CACHED];
static char *lines[LOGGED];

static void keep(struct array *array)
{
	pthread_mutex_lock(&kept_lock);
	array->next = kept;
	kept = array;
	pthread_mutex_unlock(&kept_lock);
}

static bool push_global(unsigned long request)
{
	struct array *array = array_filled(request, item_of_one_size);

	if (array == NULL)
		return false;
	keep(array);
	pause_ms(REQUEST_MS);
	return true;
}

/*
 * A line is allocated after the items of its request and outlives them.  So the last line keeps the
 * allocator from returning the free memory below it to the kernel, until a trim does.
 */
static bool push_burst(unsigned long request)
{
	struct array *array = array_filled(request, item_of_mixed_size);
	char text[64];

	if (array == NULL)
		return false;
	snprintf(text, sizeof(text), "200 /v1/push request %lu", request);
	char *line = strdup(text);
	pthread_mutex_lock(&kept_lock);
	char *oldest = lines[request % LOGGED];
	lines[request % LOGGED] = line;
	pthread_mutex_unlock(&kept_lock);
	free(oldest);
	keep(array);
	pause_ms(REQUEST_MS);
	return true;
}

static void idle_burst(void)
{
	pthread_mutex_lock(&kept_lock);
	struct array *array = kept;
	kept = NULL;
	pthread_mutex_unlock(&kept_lock);
	while (array != NULL) {
		struct array *next = array->next;
		array_free(array);
		array = next;
	}
}

static bool push_cache(unsigned long request)
{
	struct array *array = array_filled(request, item_of_one_size);

	if (array == NULL)
		return false;
	pthread_mutex_lock(&kept_lock);
	struct array *oldest = cached[request % CACHED];
	cached[request % CACHED] = array;
	pthread_mutex_unlock(&kept_lock);
	array_free(oldest);
	pause_ms(REQUEST_MS);
	return true;
}

static const struct mode modes[] = {
    {"local", "frees the objects of a request at its end", push_local, NULL},
    {"global", "never frees the objects of a request: a leak", push_global, NULL},
    {"burst", "frees all objects when the last connection is closed: fragmentation", push_burst,
     idle_burst},
    {"cache", "keeps the objects of the last 2000 requests: no leak", push_cache, NULL},
};

/* ---- The objects that the server holds, and their usable bytes. ---- */

struct held {
	size_t objects;
	size_t bytes;
};

static void held_add(struct held *held, void *object)
{
	if (object == NULL)
		return;
	held->objects++;
	held->bytes += malloc_usable_size(object);
}

static void held_add_array(struct held *held, struct array *array)
{
	if (array == NULL)
		return;
	for (size_t i = 0; i < array->length; i++)
		held_add(held, array->items[i]);
	held_add(held, array->items);
	held_add(held, array);
}

/* Call it when no connection is open. */
static struct held held_by_all(void)
{
	struct held held = {0, 0};

	for (struct array *array = kept; array != NULL; array = array->next)
		held_add_array(&held, array);
	for (size_t i = 0; i < CACHED; i++)
		held_add_array(&held, cached[i]);
	for (size_t i = 0; i < LOGGED; i++)
		held_add(&held, lines[i]);
	return held;
}

#define MODES (sizeof(modes) / sizeof(modes[0]))

static const struct mode *mode_find(const char *name)
{
	for (size_t i = 0; i < MODES; i++)
		if (strcmp(modes[i].name, name) == 0)
			return &modes[i];
	return NULL;
}

/* ---- HTTP. ---- */

/* Not const, because libmicrohttpd takes a non-const pointer. */
static char done[] = "{\"code\":1}\n";
static char not_found[] = "{\"code\":404}\n";
static char no_memory[] = "{\"code\":503}\n";

static atomic_ulong requests;

static enum MHD_Result answer(struct MHD_Connection *connection, unsigned int status, char *text)
{
	struct MHD_Response *response =
	    MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_PERSISTENT);

	if (response == NULL)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, "application/json");
	const enum MHD_Result result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

/* MHD calls this after the head of a request, for each piece of its body, and at its end. */
static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *url,
			      const char *method, const char *version, const char *body,
			      size_t *body_length, void **state)
{
	static char seen_head;
	const struct mode *const *mode = cls;

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
	if (strcmp(url, "/v1/push") != 0)
		return answer(connection, MHD_HTTP_NOT_FOUND, not_found);
	const unsigned long request = atomic_fetch_add(&requests, 1) + 1;
	if (!(*mode)->push(request))
		return answer(connection, MHD_HTTP_SERVICE_UNAVAILABLE, no_memory);
	return answer(connection, MHD_HTTP_OK, done);
}

/* MHD calls this in the connection's own thread. */
static void connection_changed(void *cls, struct MHD_Connection *connection, void **socket_state,
			       enum MHD_ConnectionNotificationCode code)
{
	static atomic_uint connections;
	const struct mode *const *mode = cls;

	(void)connection;
	(void)socket_state;
	if (code == MHD_CONNECTION_NOTIFY_STARTED)
		atomic_fetch_add(&connections, 1);
	else if (atomic_fetch_sub(&connections, 1) == 1 && (*mode)->idle != NULL)
		(*mode)->idle();
}

/* ${mode} is read at each request. */
static struct MHD_Daemon *serve(struct in_addr host, unsigned short port, const struct mode **mode)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(port),
				      .sin_addr = host};

	return MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION |
				    MHD_USE_POLL | MHD_USE_ITC,
				port, NULL, NULL, handle, mode, MHD_OPTION_SOCK_ADDR, &address,
				MHD_OPTION_NOTIFY_CONNECTION, connection_changed, mode,
				MHD_OPTION_END);
}

/* Return the port that the server listens on, or 0.  For PORT 0, the kernel chose it. */
static unsigned short port_of(struct MHD_Daemon *daemon)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_LISTEN_FD);
	struct sockaddr_in address = {.sin_port = 0};
	socklen_t size = sizeof(address);

	if (info == NULL || getsockname(info->listen_fd, (struct sockaddr *)&address, &size) == -1)
		return 0;
	return ntohs(address.sin_port);
}

/* ---- The program. ---- */

static int usage(FILE *to, int status)
{
	fprintf(to, "usage: server [PORT [MODE [ADDRESS]]]\n"
		    "Serve http://ADDRESS:PORT/v1/push until SIGTERM or SIGINT.\n"
		    "PORT defaults to 0, any free port; ADDRESS to 127.0.0.1. MODE is one of:\n");
	for (size_t i = 0; i < MODES; i++)
		fprintf(to, "  %-8s %s%s\n", modes[i].name, modes[i].doc,
			i == 0 ? " (the default)" : "");
	return status;
}

static bool port_parse(const char *text, unsigned short *port)
{
	char *end;
	errno = 0;
	const unsigned long value = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || value > 65535)
		return false;
	*port = (unsigned short)value;
	return true;
}

int main(int argc, char **argv)
{
	unsigned short port = 0;
	const struct mode *mode = &modes[0];
	const char *address = argc > 3 ? argv[3] : "127.0.0.1";
	struct in_addr host;
	sigset_t stop;
	int number;

	if (argc > 1 && (strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "--help") == 0))
		return usage(stdout, 0);
	if (argc > 4)
		return usage(stderr, 2);
	if (inet_pton(AF_INET, address, &host) != 1) {
		fprintf(stderr, "server: %s is not an address: expected one like 0.0.0.0\n",
			address);
		return 2;
	}
	if (argc > 1 && !port_parse(argv[1], &port)) {
		fprintf(stderr, "server: %s is not a port: expected 0 to 65535\n", argv[1]);
		return 2;
	}
	if (argc > 2 && (mode = mode_find(argv[2])) == NULL) {
		fprintf(stderr, "server: %s is not a mode\n", argv[2]);
		return usage(stderr, 2);
	}

	/* Block them before threads start, so that only sigwait receives them.  Ignore SIGPIPE, so
	   that a client that closes its connection early does not end the server. */
	sigemptyset(&stop);
	sigaddset(&stop, SIGTERM);
	sigaddset(&stop, SIGINT);
	pthread_sigmask(SIG_BLOCK, &stop, NULL);
	signal(SIGPIPE, SIG_IGN);

	errno = 0;
	struct MHD_Daemon *daemon = serve(host, port, &mode);
	if (daemon == NULL) {
		fprintf(stderr, "server: cannot listen on %s:%u: %s\n", address, port,
			errno != 0 ? strerror(errno) : "libmicrohttpd refused");
		return 1;
	}
	if (printf("listening on %s:%u\n", address, port_of(daemon)) < 0 || fflush(stdout) == EOF) {
		fprintf(stderr, "server: cannot write to stdout: %s\n", strerror(errno));
		MHD_stop_daemon(daemon);
		return 1;
	}
	sigwait(&stop, &number);
	MHD_stop_daemon(daemon);
	const struct held held = held_by_all(); /* to compare with memagent's counts */
	if (printf("served %lu requests\nholding %zu objects of %zu bytes\n",
		   atomic_load(&requests), held.objects, held.bytes) < 0 ||
	    fflush(stdout) == EOF)
		return 1;
	return 0;
}
