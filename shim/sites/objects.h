#ifndef MEMAGENT_OBJECTS_H
#define MEMAGENT_OBJECTS_H
/*
 * objects: a number for each file of code that is or was loaded.
 *
 * A file that is loaded again has its old number.  Files are told apart by build-id and path.  A
 * file that is loaded twice at one time (dlmopen) has two numbers.
 *
 * Layer    shim; needs image.h.
 * Threads  any, without locks.
 * Memory   static, touched as objects are added; 512 bytes each.
 */
#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/cc.h"

#define OBJECTS 512
#define OBJECTS_OTHER (OBJECTS - 1) /* stands for all that do not fit */

struct object {
	uintptr_t start, end;		     /* where it is, or was last */
	uintptr_t bias;			     /* address in memory minus address in the file */
	const void *link_map, *unwind_table; /* as _dl_find_object has them */
	uint8_t state;
	uint8_t build_id_size; /* 0: it has none */
	uint8_t build_id[20];
	char path[512 - 5 * sizeof(uintptr_t) - 22]; /* "" is the executable; may be cut off */
};

/*
 * objects_find_or_add(image, found):
 * Return the number of the object ${image} that _dl_find_object has ${found}.  The object must not
 * be unloaded meanwhile: a frame of it is on this stack.
 */
struct image;
unsigned objects_find_or_add(const struct image *image,
			     const struct dl_find_object *found) INTERNAL;

/* Return whether the object that _dl_find_object has ${found} is the one with the number ${index}.
 */
bool objects_is_at(unsigned index, const struct dl_find_object *found) INTERNAL;

/*
 * objects_at(index):
 * Return the object with the number ${index}, or NULL if there is none, or it is OBJECTS_OTHER.
 */
const struct object *objects_at(unsigned index) INTERNAL;

/* Return the bias of object ${index}; 0 for code without an object. */
uintptr_t objects_bias(unsigned index) INTERNAL;

#endif
