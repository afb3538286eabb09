#ifndef MEMAGENT_IMAGE_H
#define MEMAGENT_IMAGE_H
/*
 * image: a loaded object, as its ELF header in memory describes it.
 *
 * Layer    shim; needs readable.h.
 * Threads  any; async-signal-safe.  The object must not be unloaded meanwhile.
 * Memory   never allocates.  A program may have unmapped parts of its objects, so each page is
 *          tried before it is read.
 * Source   elf(5); glibc, elf/dl-find_object.c.
 */
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/cc.h"
#include "shim/readable.h"

struct image {
	uintptr_t start, end;
	const struct link_map *link_map;
	uintptr_t unwind_table; /* address of .eh_frame_hdr, or 0 */
	uintptr_t bias;		/* address in memory minus address in the file */
	const ElfW(Phdr) * segments;
	size_t count;
	struct readable *readable;
};

/* Bytes in memory, from ${at} up to ${end}. */
struct bytes {
	const uint8_t *at, *end;
};

/*
 * image_find(image, address):
 * Find the object that contains ${address}.  Return false if there is none.  Set ${image} up to
 * ${unwind_table}, without reading the object, which may be unloaded meanwhile.
 */
bool image_find(struct image *image, uintptr_t address) INTERNAL;

/* Return whether image_find works: with glibc 2.35 and later. */
bool image_can_find(void) INTERNAL;

/*
 * image_open(image, readable):
 * Set the rest of ${image}; what is found ${readable} is noted there.  Return false if its program
 * headers cannot be read.
 */
bool image_open(struct image *image, struct readable *readable) INTERNAL;

/*
 * image_bytes(image, address, size):
 * Return the ${size} bytes at ${address}, fewer where the readable segment that contains it ends;
 * no bytes if there is no such segment, or one of them cannot be read.
 */
struct bytes image_bytes(const struct image *image, uintptr_t address, size_t size) INTERNAL;

/* Return the bytes of the build-id; no bytes if there is none. */
struct bytes image_build_id(const struct image *image) INTERNAL;

#endif
