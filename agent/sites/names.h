#ifndef MEMAGENT_NAMES_H
#define MEMAGENT_NAMES_H
/*
 * names: the names of frames, looked up in small steps.
 *
 * A frame is "object << 48 | address": the number of a loaded file and an address in it, as its ELF
 * file has it, within the call instruction.  Object 0 is code without a file, of a JIT compiler;
 * then the address is that in memory.
 *
 * Names come from, in this order: the file's .symtab; its file of debug information, by build-id
 * and by .gnu_debuglink; its .dynsym.  A file whose build-id is another than that of the loaded
 * object has been replaced, and names nothing.
 *
 * Layer    agent; needs the shim's object.h.
 * Threads  the sidecar, muted.  A forked child may use its copy; between two calls no file is open.
 * Memory   one mapping of less than 4 MiB, touched as names are added.  When it is full, all names
 *          are forgotten, but not twice in ten minutes; until then new frames get none.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/sites/demangle.h"
#include "agent/sites/name.h"

/* A loaded file. */
struct names_object {
	const char *path; /* as the dynamic linker has it; "" is the executable */
	const uint8_t *build_id;
	size_t build_id_bytes; /* 0: it has none */
};

/* Describe object ${index} (not 0).  Return false if it is not known.  The texts stay valid. */
typedef bool names_describe(unsigned index, struct names_object *out);

/* All zero at first. */
struct names {
	names_describe *describe;
	const char *perf_maps;	/* a directory; NULL: /tmp */
	const char *debug_root; /* a directory; NULL: /usr/lib/debug */
	uint64_t refused;	/* frames for which there was no room */
	uint64_t forgotten;	/* names */

	/* Private. */
	struct names_memory *memory;
	int64_t started_s, may_forget_ns, may_read_map_ns;
	struct demangle demangle;
	bool is_busy;
	char executable[NAME_MOST + 1];
};

/*
 * names_want(n, frames, count):
 * Remember frames whose names will be needed.
 */
void names_want(struct names *n, const uint64_t *frames, size_t count);

/*
 * names_work(n, budget_ns):
 * Look for names for ${budget_ns} of time at most, plus one step of about 0.1 ms.  Return whether
 * nothing is left to do.
 */
bool names_work(struct names *n, int64_t budget_ns);

/*
 * names_of(n, frame, out, size):
 * Write the name of ${frame}: that of its function, or "FILE+0xADDRESS", or "[jit]".  It has at
 * most NAME_MOST bytes and is clean (name.h).  ${size} is at least 8; a name that does not fit is
 * shortened.  Return its length.
 */
size_t names_of(struct names *n, uint64_t frame, char *out, size_t size);

/*
 * names_file(n, frame, out, size):
 * Write the name of the frame's file, without its directory: "[jit]" for object 0, "[other]" for an
 * object that is not known.  Return its length.
 */
size_t names_file(struct names *n, uint64_t frame, char *out, size_t size);

#endif
