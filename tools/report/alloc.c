#include "tools/report/alloc.h"

#include <stdlib.h>

#include "tools/report/messages.h"

void *alloc_grow(void *array, size_t *room, size_t need, size_t size)
{
	size_t more = *room * 2 < 16 ? 16 : *room * 2;
	void *longer;

	if (need <= *room)
		return array;
	if (more < need)
		more = need;
	longer = reallocarray(array, more, size);
	if (longer == NULL)
		messages_fail("out of memory");
	*room = more;
	return longer;
}

char *alloc_check(char *text)
{
	if (text == NULL)
		messages_fail("out of memory");
	return text;
}
