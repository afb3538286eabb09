#ifndef MEMAGENT_FRAMES_H
#define MEMAGENT_FRAMES_H
/*
 * frames: the stack of a site, frame by frame.
 *
 * A site has two texts.  "stack" has names: "main;handle;push".  "frames" has places:
 * "PATH@BUILDID+0xADDRESS;+0xADDRESS", where an element without a path has that of the one before.
 * Both are root first.  Frames of code that is in no file are "[jit]+0xADDRESS"; a run of them
 * without names is one "[jit]" in "stack".
 *
 * Layer    tools; needs sites, alloc, messages.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct site;

#define FRAMES_TRUNCATED "[truncated]" /* the first element of a stack whose root is unknown */
#define FRAMES_JIT "[jit]"

struct frame {
	char *name;
	const char *path;     /* of the file; "": of no file, or unknown */
	const char *build_id; /* hex digits; "": none */
	uint64_t address;     /* in the file, as its symbols have it */
	bool has_address;
};

struct frames {
	struct frame *all; /* root first; its truncation is a frame without an address */
	size_t count;
	size_t room;
	char *places; /* the paths and build-ids point into it */
};

/*
 * frames_read(site, out):
 * Split the texts of ${site}.  Without a stack, the only frame is its function.  A frame whose name
 * is unknown is called FILE+0xADDRESS.
 */
void frames_read(const struct site *site, struct frames *out);

/* Return whether frame ${i} only continues a run of code without names. */
bool frames_continues(const struct frames *frames, size_t i);

void frames_free(struct frames *frames);

#endif
