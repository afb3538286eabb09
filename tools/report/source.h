#ifndef MEMAGENT_SOURCE_H
#define MEMAGENT_SOURCE_H
/*
 * source: source lines and inlined functions of addresses, by elfutils, LLVM or binutils.
 *
 * Those programs read the debug information of a file.  If DEBUGINFOD_URLS is set, the first two
 * also ask the servers there.  A file is only used if it has the build-id of the frame.
 *
 * Layer    tools; needs frames, binary, utf8, alloc, messages.
 */
#include <stddef.h>

#include "tools/report/frames.h"

/* One function of an address; an inlined function comes before the one that contains it. */
struct source_line {
	char *function;
	char *place; /* "server.c:212"; "": unknown */
};

struct source_address {
	char *path;
	char *build_id;
	uint64_t address;
	struct source_line *lines;
	size_t count; /* 0: unknown */
	size_t room;
	bool is_asked;
};

struct source {
	struct source_address *all;
	size_t count;
	size_t room;
};

/* Remember to ask for the frames in ${frames}. */
void source_want(struct source *source, const struct frames *frames);

/* Look up all wanted frames.  After SOURCE_SECONDS the rest is left out. */
void source_ask(struct source *source);

#define SOURCE_SECONDS 20

/* Return the source lines of ${frame}, or NULL if they are not known. */
const struct source_address *source_find(const struct source *source, const struct frame *frame);

void source_free(struct source *source);

/*
 * source_parse(source, indices, n, text):
 * Parse the output of a program for the ${n} addresses at ${indices}, in this order.  Pure.
 */
void source_parse(struct source *source, const size_t *indices, size_t n, char *text);

#endif
