#include "tools/report/frames.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/report/alloc.h"
#include "tools/report/messages.h"
#include "tools/report/sites.h"

static struct frame *add_frame(struct frames *frames)
{
	frames->all =
	    alloc_grow(frames->all, &frames->room, frames->count + 1, sizeof(*frames->all));
	frames->all[frames->count] = (struct frame){.path = "", .build_id = ""};
	return &frames->all[frames->count++];
}

/* ---- the places ---- */

/* Return the last "+0x" of ${element} if only digits follow, or NULL. */
static char *find_address(char *element)
{
	char *found = NULL;

	for (char *p = strstr(element, "+0x"); p; p = strstr(p + 1, "+0x"))
		found = p;
	if (found == NULL || found[3] == '\0' ||
	    found[3 + strspn(found + 3, "0123456789abcdefABCDEF")] != '\0')
		return NULL;
	return found;
}

static void split_place(struct frames *frames, char *element)
{
	const struct frame *before = frames->count ? &frames->all[frames->count - 1] : NULL;
	const char *path = before ? before->path : "", *id = before ? before->build_id : "";
	char *address = find_address(element), *at;
	struct frame *frame;

	if (address && address != element) {
		*address = '\0';
		at = strrchr(element, '@');
		if (at)
			*at = '\0';
		path = strcmp(element, FRAMES_JIT) == 0 ? "" : element;
		id = at ? at + 1 : "";
	}
	frame = add_frame(frames);
	if (address == NULL)
		return;
	frame->path = path;
	frame->build_id = id;
	frame->address = strtoull(address + 3, NULL, 16);
	frame->has_address = true;
}

static void split_places(struct frames *frames, const char *text)
{
	char *next;

	frames->places = alloc_check(strdup(text));
	next = frames->places;
	for (char *element = strsep(&next, ";"); element; element = strsep(&next, ";"))
		if (*element && strcmp(element, FRAMES_TRUNCATED) != 0)
			split_place(frames, element);
}

/* ---- the names ---- */

static size_t count_elements(const char *text)
{
	size_t n = 1;

	for (; *text; text++)
		n += *text == ';';
	return n;
}

static bool is_jit(const struct frame *frame)
{
	return frame->has_address && frame->path[0] == '\0';
}

/* Cut the last element off ${text}, which it is in.  Return it. */
static char *last_element(char *text)
{
	char *semicolon = strrchr(text, ';');

	if (semicolon == NULL)
		return text;
	*semicolon = '\0';
	return semicolon + 1;
}

/*
 * Assign the names in ${text} to the places, innermost first: if there was no room for all names,
 * the outermost are missing.  Each "[jit]" takes as many places as it replaces.  Return whether
 * names and places match.
 */
static bool match_names(struct frames *frames, char *text, bool may_lack)
{
	size_t names = count_elements(text), left = frames->count;
	size_t extra = left > names ? left - names : 0;

	for (; names > 0; names--) {
		const char *name = last_element(text);
		bool is_run = strcmp(name, FRAMES_JIT) == 0;

		if (left == 0)
			return false;
		frames->all[--left].name = alloc_check(strdup(name));
		for (; is_run && extra && left && is_jit(&frames->all[left - 1]); extra--)
			frames->all[--left].name = alloc_check(strdup(name));
	}
	return left == 0 || may_lack;
}

static void forget_names(struct frames *frames)
{
	for (size_t i = 0; i < frames->count; i++) {
		free(frames->all[i].name);
		frames->all[i].name = NULL;
	}
}

static void name_unknown(struct frame *frame)
{
	const char *slash = strrchr(frame->path, '/');

	if (!frame->has_address)
		frame->name = alloc_check(strdup("?"));
	else if (is_jit(frame))
		frame->name = alloc_check(strdup(FRAMES_JIT));
	else if (asprintf(&frame->name, "%s+0x%llx", slash ? slash + 1 : frame->path,
			  (unsigned long long)frame->address) < 0)
		messages_fail("out of memory");
}

static void add_names(struct frames *frames, char *text)
{
	for (char *name = strsep(&text, ";"); name; name = strsep(&text, ";"))
		add_frame(frames)->name = alloc_check(strdup(name));
}

static void add_truncation(struct frames *frames)
{
	add_frame(frames);
	memmove(&frames->all[1], &frames->all[0], (frames->count - 1) * sizeof(*frames->all));
	frames->all[0] = (struct frame){
	    .name = alloc_check(strdup(FRAMES_TRUNCATED)),
	    .path = "",
	    .build_id = "",
	};
}

void frames_read(const struct site *site, struct frames *out)
{
	const char *function = site->function.text ? site->function.text : "-";
	char *text = alloc_check(strdup(site->stack.text ? site->stack.text : function));
	size_t skip = strlen(FRAMES_TRUNCATED ";");
	bool is_truncated = strncmp(text, FRAMES_TRUNCATED ";", skip) == 0;

	*out = (struct frames){.all = NULL};
	if (site->frames.text)
		split_places(out, site->frames.text);
	if (out->count == 0)
		add_names(out, text + (is_truncated ? skip : 0));
	else if (!match_names(out, text + (is_truncated ? skip : 0), is_truncated))
		forget_names(out);
	for (size_t i = 0; i < out->count; i++)
		if (out->all[i].name == NULL)
			name_unknown(&out->all[i]);
	if (is_truncated)
		add_truncation(out);
	free(text);
}

bool frames_continues(const struct frames *frames, size_t i)
{
	return i > 0 && strcmp(frames->all[i].name, FRAMES_JIT) == 0 &&
	       strcmp(frames->all[i - 1].name, FRAMES_JIT) == 0;
}

void frames_free(struct frames *frames)
{
	forget_names(frames);
	free(frames->all);
	free(frames->places);
	*frames = (struct frames){.all = NULL};
}
