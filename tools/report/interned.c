#include "tools/report/interned.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "tools/report/alloc.h"
#include "tools/report/messages.h"

struct numbered {
	const char *text;
	size_t number;
};

static int by_text(const void *a, const void *b)
{
	return strcmp(((const struct numbered *)a)->text, ((const struct numbered *)b)->text);
}

size_t interned_add(struct interned *interned, const char *text)
{
	const struct numbered wanted = {text, 0};
	struct numbered **found = tfind(&wanted, &interned->tree, by_text);
	struct numbered *entry;

	if (found)
		return (*found)->number;
	entry = malloc(sizeof(*entry));
	if (entry == NULL)
		messages_fail("out of memory");
	interned->texts =
	    alloc_grow(interned->texts, &interned->room, interned->count + 1, sizeof(char *));
	interned->texts[interned->count] = alloc_check(strdup(text));
	*entry = (struct numbered){interned->texts[interned->count], interned->count};
	if (tsearch(entry, &interned->tree, by_text) == NULL)
		messages_fail("out of memory");
	return interned->count++;
}

void interned_free(struct interned *interned)
{
	tdestroy(interned->tree, free);
	for (size_t i = 0; i < interned->count; i++)
		free(interned->texts[i]);
	free(interned->texts);
	*interned = (struct interned){.tree = NULL};
}
