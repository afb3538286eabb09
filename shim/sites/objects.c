#include "shim/sites/objects.h"

#include <link.h>
#include <string.h>

#include "shim/sites/image.h"

enum state { UNUSED, READY };

static struct object objects[OBJECTS];

/* All objects with a lower number are taken; 0 is never an object. */
static unsigned next = 1;

/* Weak: glibc 2.35 and later.  cfi.c asks for it first, so it is there. */
#pragma weak _dl_find_object

static bool is_ready(const struct object *o)
{
	return __atomic_load_n(&o->state, __ATOMIC_ACQUIRE) == READY;
}

static bool is_of(const struct object *o, struct bytes build_id, const char *name)
{
	return o->build_id_size == build_id.end - build_id.at &&
	       memcmp(o->build_id, build_id.at, o->build_id_size) == 0 &&
	       strncmp(o->path, name, sizeof(o->path) - 1) == 0;
}

bool objects_is_at(unsigned index, const struct dl_find_object *found)
{
	const struct object *o = &objects[index];

	return __atomic_load_n(&o->link_map, __ATOMIC_RELAXED) == found->dlfo_link_map &&
	       __atomic_load_n(&o->unwind_table, __ATOMIC_RELAXED) == found->dlfo_eh_frame;
}

/* Return whether object ${i} still is where it was. */
static bool is_loaded(unsigned i)
{
	struct dl_find_object found;
	uintptr_t start = __atomic_load_n(&objects[i].start, __ATOMIC_RELAXED);

	/* NOLINTNEXTLINE(performance-no-int-to-ptr): it is compared, never read */
	return _dl_find_object((void *)start, &found) == 0 && objects_is_at(i, &found);
}

static void place(struct object *o, const struct image *image, const struct dl_find_object *found)
{
	__atomic_store_n(&o->start, image->start, __ATOMIC_RELAXED);
	__atomic_store_n(&o->end, image->end, __ATOMIC_RELAXED);
	__atomic_store_n(&o->bias, image->bias, __ATOMIC_RELAXED);
	__atomic_store_n(&o->link_map, found->dlfo_link_map, __ATOMIC_RELAXED);
	__atomic_store_n(&o->unwind_table, found->dlfo_eh_frame, __ATOMIC_RELAXED);
}

/* Return the number of the object, loaded here now or elsewhere before; or 0. */
static unsigned find(const struct image *image, const struct dl_find_object *found,
		     struct bytes build_id)
{
	unsigned count = __atomic_load_n(&next, __ATOMIC_RELAXED);

	for (unsigned i = 1; i < count && i < OBJECTS_OTHER; i++) {
		if (!is_ready(&objects[i]) ||
		    !is_of(&objects[i], build_id, found->dlfo_link_map->l_name))
			continue;
		if (objects_is_at(i, found))
			return i;
		if (!is_loaded(i)) {
			place(&objects[i], image, found);
			return i;
		}
	}
	return 0;
}

/* Return a number that nobody else takes. */
static unsigned take(void)
{
	unsigned i = __atomic_load_n(&next, __ATOMIC_RELAXED);

	while (i < OBJECTS_OTHER &&
	       !__atomic_compare_exchange_n(&next, &i, i + 1, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED))
		;
	return i;
}

static void write(struct object *o, const char *name, struct bytes build_id)
{
	o->build_id_size = (uint8_t)(build_id.end - build_id.at);
	memcpy(o->build_id, build_id.at, o->build_id_size);
	strncpy(o->path, name, sizeof(o->path) - 1);
	__atomic_store_n(&o->state, READY, __ATOMIC_RELEASE);
}

unsigned objects_find_or_add(const struct image *image, const struct dl_find_object *found)
{
	struct bytes build_id = image_build_id(image);
	unsigned i;

	if (build_id.at == NULL)
		build_id.at = build_id.end = (const uint8_t *)"";
	if ((size_t)(build_id.end - build_id.at) > sizeof(objects->build_id))
		build_id.end = build_id.at + sizeof(objects->build_id);
	i = find(image, found, build_id);
	if (i)
		return i;
	i = take();
	if (i < OBJECTS_OTHER) {
		place(&objects[i], image, found);
		write(&objects[i], found->dlfo_link_map->l_name, build_id);
	}
	return i;
}

const struct object *objects_at(unsigned index)
{
	return index < OBJECTS && is_ready(&objects[index]) ? &objects[index] : NULL;
}

uintptr_t objects_bias(unsigned index)
{
	return __atomic_load_n(&objects[index].bias, __ATOMIC_RELAXED);
}
