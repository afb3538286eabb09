#include "agent/sites/stack_text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "agent/base/executable.h"
#include "agent/sites/wrappers.h"
#include "shim/sites/objects.h"
#include "shim/sites/walk.h"

#define TRUNCATED "[truncated]"
#define JIT "[jit]"

static bool describe(unsigned index, struct names_object *out)
{
	const struct object *object = objects_at(index);

	if (object == NULL)
		return false;
	out->path = object->path;
	out->build_id = object->build_id;
	out->build_id_bytes = object->build_id_size;
	return true;
}

void stack_text_open(struct stack_text *t)
{
	executable_path(t->executable, sizeof(t->executable));
	t->names.describe = describe;
}

bool stack_text_read(struct stack_text *t, unsigned index)
{
	unsigned end;

	t->n = stacks_copy(index, t->frames, &end);
	t->is_whole = end == WALK_WHOLE;
	return t->n > 0;
}

/* Of several frames of a JIT in a row, only the outermost is written. */
static bool is_repeated_jit(const struct stack_text *t, size_t i)
{
	return i + 1 < t->n && strcmp(t->texts[i].name, JIT) == 0 &&
	       strcmp(t->texts[i + 1].name, JIT) == 0;
}

/* Append to ${out}; return false if it does not fit. */
static __attribute__((format(printf, 3, 4))) bool append(char *out, size_t *used,
							 const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(out + *used, STACK_TEXT_BYTES - *used, format, args);
	va_end(args);
	if (n < 0 || (size_t)n >= STACK_TEXT_BYTES - *used)
		return false;
	*used += (size_t)n;
	return true;
}

/* Return how many of the innermost frames fit into the text. */
static size_t count_fitting(const struct stack_text *t)
{
	size_t room = STACK_TEXT_BYTES - sizeof(TRUNCATED ";"), n = 0;

	while (n < t->n && strlen(t->texts[n].name) < room)
		room -= strlen(t->texts[n++].name) + 1;
	return n;
}

static void write_stack(struct stack_text *t)
{
	size_t from = count_fitting(t), used = 0;

	t->stack[0] = '\0';
	if (!t->is_whole || from < t->n)
		append(t->stack, &used, TRUNCATED);
	for (size_t i = from; i-- > 0;)
		if (!is_repeated_jit(t, i))
			append(t->stack, &used, "%s%s", used ? ";" : "", t->texts[i].name);
}

/* Append a path, without what separates frames. */
static bool append_path(struct stack_text *t, size_t *used, const char *path)
{
	size_t from = *used;

	if (!append(t->addresses, used, "%s@", path))
		return false;
	for (size_t i = from; i < *used; i++)
		if (t->addresses[i] == ';')
			t->addresses[i] = '?';
	return true;
}

static bool append_object(struct stack_text *t, size_t *used, unsigned index)
{
	const struct object *object = objects_at(index);

	if (object == NULL)
		return append(t->addresses, used, JIT);
	if (!append_path(t, used, object->path[0] ? object->path : t->executable))
		return false;
	for (size_t i = 0; i < object->build_id_size; i++)
		if (!append(t->addresses, used, "%02x", object->build_id[i]))
			return false;
	return true;
}

static bool append_address(struct stack_text *t, size_t *used, size_t i)
{
	unsigned index = walk_object(t->frames[i]);
	bool is_first = i + 1 == t->n;

	if (!is_first && !append(t->addresses, used, ";"))
		return false;
	if ((is_first || index != walk_object(t->frames[i + 1])) && !append_object(t, used, index))
		return false;
	return append(t->addresses, used, "+0x%llx",
		      (unsigned long long)walk_address(t->frames[i]));
}

/* Write all frames or none: a part of them would mislead. */
static void write_addresses(struct stack_text *t)
{
	size_t used = 0;

	for (size_t i = t->n; i-- > 0;)
		if (!append_address(t, &used, i)) {
			used = 0;
			break;
		}
	t->addresses[used] = '\0';
}

/* The name without its parameters; as it is where it is no identifier. */
static void write_function(struct stack_text *t, const char *name)
{
	size_t length;
	const char *identifier = name_identifier(name, &length);

	if (length == 0)
		snprintf(t->function, sizeof(t->function), "%s", name);
	else
		snprintf(t->function, sizeof(t->function), "%.*s", (int)length, identifier);
}

void stack_text_write(struct stack_text *t)
{
	struct wrappers_frame list[STACKS_FRAMES];

	for (size_t i = 0; i < t->n; i++) {
		names_of(&t->names, t->frames[i], t->texts[i].name, sizeof(t->texts[i].name));
		names_file(&t->names, t->frames[i], t->texts[i].file, sizeof(t->texts[i].file));
		list[i].name = t->texts[i].name;
		list[i].object = t->texts[i].file;
	}
	write_stack(t);
	write_addresses(t);
	write_function(t, t->texts[wrappers_choose(list, t->n)].name);
}
