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
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "shim/cc.h"

#define OBJECTS 512
#define OBJECTS_OTHER (OBJECTS - 1) /* all objects that do not fit */

struct object {
	uintptr_t start, end; /* where it is, or was last */
	uintptr_t bias;	      /* address in memory minus address in the file */
	const void *link_map; /* as image.h has it, like the next */
	uintptr_t unwind_table;
	uint8_t state;
	uint8_t build_id_size; /* 0: it has none */
	uint8_t build_id[20];
	char path[512 - 5 * sizeof(uintptr_t) - 22]; /* "" is the executable; may be cut off */
};

/*
 * objects_find_or_add(image):
 * Return the number of the object ${image}, which is open.  It must not be unloaded meanwhile: a
 * frame of it is on this stack.
 */
struct image;
unsigned objects_find_or_add(const struct image *image) INTERNAL;

/* Return whether ${image} is where the object with the number ${index} is or was last. */
bool objects_is_at(unsigned index, const struct image *image) INTERNAL;

/*
 * objects_at(index):
 * Return the object with the number ${index}, or NULL if there is none, or it is OBJECTS_OTHER.
 */
const struct object *objects_at(unsigned index) INTERNAL;

/* Private. */
extern struct object objects_table[OBJECTS] INTERNAL;

/* Return the bias of object ${index}; 0 for code without an object. */
INLINE uintptr_t objects_bias(unsigned index)
{
	return __atomic_load_n(&objects_table[index].bias, __ATOMIC_RELAXED);
}

#endif
