#include "tools/report/source.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tools/report/alloc.h"
#include "tools/report/binary.h"
#include "tools/report/messages.h"
#include "tools/report/utf8.h"

#define ADDRESSES_MOST 1000	       /* in one command */
#define OUTPUT_MOST ((size_t)16 << 20) /* bytes of one command */

/* All take the same options and print the same format. */
static struct {
	char name[24];
	char option[24]; /* an additional one, or "" */
} programs[] = {
    {"eu-addr2line", ""},
    {"llvm-symbolizer", "--output-style=GNU"},
    {"addr2line", ""},
};

/* ---- what is wanted ---- */

static bool is_of(const struct source_address *a, const struct frame *frame)
{
	return a->address == frame->address && strcmp(a->path, frame->path) == 0 &&
	       strcmp(a->build_id, frame->build_id) == 0;
}

static struct source_address *find_address(const struct source *source, const struct frame *frame)
{
	for (size_t i = 0; i < source->count; i++)
		if (is_of(&source->all[i], frame))
			return &source->all[i];
	return NULL;
}

const struct source_address *source_find(const struct source *source, const struct frame *frame)
{
	const struct source_address *found =
	    frame->has_address ? find_address(source, frame) : NULL;

	return found && found->count ? found : NULL;
}

void source_want(struct source *source, const struct frames *frames)
{
	for (size_t i = 0; i < frames->count; i++) {
		const struct frame *frame = &frames->all[i];

		if (!frame->has_address || frame->path[0] != '/' || frame->build_id[0] == '\0' ||
		    find_address(source, frame))
			continue;
		source->all =
		    alloc_grow(source->all, &source->room, source->count + 1, sizeof(*source->all));
		source->all[source->count++] = (struct source_address){
		    .path = alloc_check(strdup(frame->path)),
		    .build_id = alloc_check(strdup(frame->build_id)),
		    .address = frame->address,
		};
	}
}

/* ---- the output ---- */

static bool is_address(const char *line)
{
	return strncmp(line, "0x", 2) == 0 && line[2] &&
	       line[2 + strspn(line + 2, "0123456789abcdefABCDEF")] == '\0';
}

/* Turn "/src/server.c:212:7 (discriminator 3)" into "server.c:212", and "??:0" into "". */
static const char *short_place(char *place)
{
	char *slash = strrchr(place, '/'), *colon;
	const char *begin = slash ? slash + 1 : place;

	colon = strchr(begin, ':');
	if (colon == NULL || strtoul(colon + 1, NULL, 10) == 0)
		return "";
	colon[1 + strspn(colon + 1, "0123456789")] = '\0';
	return begin;
}

static void add_line(struct source_address *address, char *function, char *place)
{
	char *inlined = strstr(function, " inlined at ");
	struct source_line *line;

	if (inlined)
		*inlined = '\0';
	if (strcmp(function, "??") == 0)
		return;
	address->lines =
	    alloc_grow(address->lines, &address->room, address->count + 1, sizeof(*line));
	line = &address->lines[address->count++];
	line->function = alloc_check(strdup(function));
	line->place = alloc_check(strdup(short_place(place)));
	utf8_clean(line->function);
	utf8_clean(line->place);
}

void source_parse(struct source *source, const size_t *indices, size_t n, char *text)
{
	size_t at = 0;
	char *line = strsep(&text, "\n");

	while (line && at < n) {
		char *function = line, *place;

		if (is_address(line)) {
			while (at < n &&
			       source->all[indices[at]].address != strtoull(line, NULL, 16))
				at++;
			line = strsep(&text, "\n");
			continue;
		}
		place = strsep(&text, "\n");
		if (place == NULL)
			return;
		add_line(&source->all[indices[at]], function, place);
		line = strsep(&text, "\n");
	}
}

/* ---- the program ---- */

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Start a program in a process group of its own, with its output to ${output}.  Return its pid. */
static pid_t start(char *const *arguments, int output)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	pid_t pid = -1;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
	errno = posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments, environ);
	if (errno)
		pid = -1;
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

/* Read all of ${input} until ${deadline_ms}.  Return the text, from malloc. */
static char *read_output(int input, int64_t deadline_ms)
{
	struct pollfd wait = {.fd = input, .events = POLLIN};
	char *text = NULL;
	size_t used = 0, room = 0;
	ssize_t n = 1;

	while (n > 0 && used < OUTPUT_MOST) {
		int64_t left = deadline_ms - now_ms();

		text = alloc_grow(text, &room, used + 4096 + 1, 1);
		if (left <= 0 || poll(&wait, 1, (int)left) <= 0)
			break;
		n = read(input, text + used, 4096);
		used += n > 0 ? (size_t)n : 0;
	}
	text[used] = '\0';
	return text;
}

static void stop(pid_t pid)
{
	int status;

	kill(-pid, SIGKILL);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
}

/* Run the program.  Return its output, from malloc, or NULL if there is no such program. */
static char *run(char *const *arguments, int64_t deadline_ms)
{
	char *text;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		messages_fail("cannot create a pipe: %s", strerror(errno));
	pid = start(arguments, ends[1]);
	close(ends[1]);
	if (pid < 0) {
		close(ends[0]);
		return NULL;
	}
	text = read_output(ends[0], deadline_ms);
	close(ends[0]);
	stop(pid);
	return text;
}

/* ---- the questions ---- */

/* Ask the first program that exists for the ${n} addresses at ${indices}, which are of one file. */
static void ask_file(struct source *source, const size_t *indices, size_t n, int64_t deadline_ms)
{
	static char addresses[ADDRESSES_MOST][2 + 16 + 1];
	static char options[] = "-a\0-f\0-i\0-C\0-e";
	char *arguments[8 + ADDRESSES_MOST];
	char *text = NULL;

	for (size_t p = 0; text == NULL && p < sizeof(programs) / sizeof(programs[0]); p++) {
		size_t used = 0;

		arguments[used++] = programs[p].name;
		if (programs[p].option[0])
			arguments[used++] = programs[p].option;
		for (size_t i = 0; i < sizeof(options); i += 3)
			arguments[used++] = options + i;
		arguments[used++] = source->all[indices[0]].path;
		for (size_t i = 0; i < n; i++) {
			snprintf(addresses[i], sizeof(addresses[i]), "0x%llx",
				 (unsigned long long)source->all[indices[i]].address);
			arguments[used++] = addresses[i];
		}
		arguments[used] = NULL;
		text = run(arguments, deadline_ms);
	}
	if (text)
		source_parse(source, indices, n, text);
	free(text);
}

/* Mark the addresses of the same file as ${first}.  Return how many, with their ${indices}. */
static size_t take_file(struct source *source, size_t first, size_t indices[ADDRESSES_MOST])
{
	const struct source_address *like = &source->all[first];
	size_t n = 0;

	for (size_t i = first; i < source->count && n < ADDRESSES_MOST; i++) {
		struct source_address *a = &source->all[i];

		if (a->is_asked || strcmp(a->path, like->path) != 0 ||
		    strcmp(a->build_id, like->build_id) != 0)
			continue;
		a->is_asked = true;
		indices[n++] = i;
	}
	return n;
}

void source_ask(struct source *source)
{
	const int64_t deadline_ms = now_ms() + SOURCE_SECONDS * INT64_C(1000);
	size_t indices[ADDRESSES_MOST];
	struct binary binary;

	for (size_t i = 0; i < source->count; i++) {
		size_t n;

		if (source->all[i].is_asked)
			continue;
		n = take_file(source, i, indices);
		if (now_ms() < deadline_ms && binary_read(source->all[i].path, &binary) &&
		    strcmp(binary.build_id, source->all[i].build_id) == 0)
			ask_file(source, indices, n, deadline_ms);
	}
}

void source_free(struct source *source)
{
	for (size_t i = 0; i < source->count; i++) {
		struct source_address *a = &source->all[i];

		for (size_t k = 0; k < a->count; k++) {
			free(a->lines[k].function);
			free(a->lines[k].place);
		}
		free(a->lines);
		free(a->path);
		free(a->build_id);
	}
	free(source->all);
	*source = (struct source){NULL, 0, 0};
}
