#ifndef MEMAGENT_FIELD_NAME_H
#define MEMAGENT_FIELD_NAME_H
/*
 * field_name: finds a field's name in a table.
 *
 * Layer    tools, leaf; pure.
 */
#include <stddef.h>
#include <string.h>

struct field_name {
	const char *name;
	size_t length;
};

#define FIELD_NAME(id) {#id, sizeof(#id) - 1},

/* Return the index of the name of ${length} bytes among ${count} ${names}; ${count} if it is none.
 */
static inline size_t field_name_find(const struct field_name *names, size_t count, const char *name,
				     size_t length)
{
	size_t i = 0;

	while (i < count && (names[i].length != length || memcmp(names[i].name, name, length) != 0))
		i++;
	return i;
}

#endif
