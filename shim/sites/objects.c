#include "shim/sites/objects.h"

#include <link.h>
#include <string.h>

#include "shim/sites/image.h"

enum state { UNUSED, READY };

struct object objects_table[OBJECTS];

/* All objects with a lower number are taken; 0 is never an object. */
static unsigned next = 1;

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

bool objects_is_at(unsigned index, const struct image *image)
{
	const struct object *o = &objects_table[index];

	return __atomic_load_n(&o->link_map, __ATOMIC_RELAXED) == image->link_map &&
	       __atomic_load_n(&o->unwind_table, __ATOMIC_RELAXED) == image->unwind_table;
}

/* Return whether object ${i} still is where it was. */
static bool is_loaded(unsigned i)
{
	struct image image;

	return image_find(&image, __atomic_load_n(&objects_table[i].start, __ATOMIC_RELAXED)) &&
	       objects_is_at(i, &image);
}

static void set_location(struct object *o, const struct image *image)
{
	__atomic_store_n(&o->start, image->start, __ATOMIC_RELAXED);
	__atomic_store_n(&o->end, image->end, __ATOMIC_RELAXED);
	__atomic_store_n(&o->bias, image->bias, __ATOMIC_RELAXED);
	__atomic_store_n(&o->link_map, image->link_map, __ATOMIC_RELAXED);
	__atomic_store_n(&o->unwind_table, image->unwind_table, __ATOMIC_RELAXED);
}

/* Return the number of the object, loaded here now or elsewhere before; or 0. */
static unsigned find_object(const struct image *image, struct bytes build_id)
{
	unsigned count = __atomic_load_n(&next, __ATOMIC_RELAXED);

	for (unsigned i = 1; i < count && i < OBJECTS_OTHER; i++) {
		if (!is_ready(&objects_table[i]) ||
		    !is_of(&objects_table[i], build_id, image->link_map->l_name))
			continue;
		if (objects_is_at(i, image))
			return i;
		if (!is_loaded(i)) {
			set_location(&objects_table[i], image);
			return i;
		}
	}
	return 0;
}

/* Return a number that nobody else takes. */
static unsigned claim_number(void)
{
	unsigned i = __atomic_load_n(&next, __ATOMIC_RELAXED);

	while (i < OBJECTS_OTHER &&
	       !__atomic_compare_exchange_n(&next, &i, i + 1, false, __ATOMIC_RELAXED,
					    __ATOMIC_RELAXED))
		;
	return i;
}

static void publish(struct object *o, const char *name, struct bytes build_id)
{
	o->build_id_size = (uint8_t)(build_id.end - build_id.at);
	memcpy(o->build_id, build_id.at, o->build_id_size);
	strncpy(o->path, name, sizeof(o->path) - 1);
	__atomic_store_n(&o->state, READY, __ATOMIC_RELEASE);
}

unsigned objects_find_or_add(const struct image *image)
{
	struct bytes build_id = image_build_id(image);
	unsigned i;

	if ((size_t)(build_id.end - build_id.at) > sizeof(objects_table->build_id))
		build_id.end = build_id.at + sizeof(objects_table->build_id);
	i = find_object(image, build_id);
	if (i)
		return i;
	i = claim_number();
	if (i < OBJECTS_OTHER) {
		set_location(&objects_table[i], image);
		publish(&objects_table[i], image->link_map->l_name, build_id);
	}
	return i;
}

const struct object *objects_at(unsigned index)
{
	return index < OBJECTS && is_ready(&objects_table[index]) ? &objects_table[index] : NULL;
}
