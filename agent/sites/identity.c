#include "agent/sites/identity.h"

#include <stdbool.h>
#include <string.h>

#include "agent/base/fnv.h"
#include "shim/sites/objects.h"
#include "shim/sites/walk.h"

static uint64_t add_object(uint64_t hash, const struct object *object)
{
	const char *slash = strrchr(object->path, '/');
	const char *name = slash ? slash + 1 : object->path;

	if (object->build_id_size)
		return fnv_add(hash, object->build_id, object->build_id_size);
	return fnv_add(hash, name, strlen(name));
}

uint64_t identity_of(const uint64_t *frames, size_t n)
{
	uint64_t hash = FNV_START;
	bool was_known = true;

	for (size_t i = 0; i < n; i++) {
		const struct object *object = objects_at(walk_object(frames[i]));
		uint64_t address = walk_address(frames[i]);

		if (object) {
			hash = add_object(hash, object);
			hash = fnv_add(hash, &address, sizeof(address));
		} else if (was_known) {
			hash = fnv_add(hash, "jit", 3);
		}
		was_known = object != NULL;
	}
	return hash ? hash : 1;
}
