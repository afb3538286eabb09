#ifndef MEMAGENT_IMAGE_H
#define MEMAGENT_IMAGE_H
/*
 * image: a loaded object, as its ELF header in memory describes it.
 *
 * Layer    shim, leaf.
 * Threads  any; async-signal-safe.  The object must not be unloaded meanwhile.
 * Memory   never allocates, reads only what the object has mapped.
 * Source   elf(5); glibc, elf/dl-find_object.c.
 */
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/cc.h"

struct image {
	uintptr_t start, end;
	uintptr_t bias; /* address in memory minus address in the file */
	const ElfW(Phdr) * segments;
	size_t count;
};

/* Bytes in memory, from ${at} up to ${end}. */
struct bytes {
	const uint8_t *at, *end;
};

/*
 * image_open(image, found):
 * Describe the object that _dl_find_object has ${found}.  Return false if its program headers
 * cannot be read.
 */
struct dl_find_object;
bool image_open(struct image *image, const struct dl_find_object *found) INTERNAL;

/*
 * image_bytes(image, address):
 * Return the bytes from ${address} to the end of the readable segment that contains it; no bytes if
 * there is no such segment.
 */
struct bytes image_bytes(const struct image *image, uintptr_t address) INTERNAL;

/* Return the bytes of the build-id; no bytes if there is none. */
struct bytes image_build_id(const struct image *image) INTERNAL;

#endif
