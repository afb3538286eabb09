#include "agent/sites/names.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/executable.h"
#include "agent/sites/lookup.h"
#include "shim/map.h"

#define ENTRIES ((size_t)1 << 15)
#define MAX_ENTRIES (ENTRIES / 4 * 3)
#define TEXT_BYTES ((size_t)5 << 19)
#define ADDRESS_BITS 48
#define ADDRESS_MASK ((UINT64_C(1) << ADDRESS_BITS) - 1)
#define FORGET_EVERY_NS (600 * CLOCK_S)
#define READ_MAP_EVERY_NS (60 * CLOCK_S)

enum state { FREE, WANTED, NAMED, NAMELESS };

struct entry {
	uint64_t frame;
	uint32_t text; /* where its name is */
	uint32_t state;
};

struct names_memory {
	struct entry entries[ENTRIES]; /* an open hash table */
	uint32_t used;
	uint32_t wanted;     /* entries in that state, of objects */
	uint32_t wanted_jit; /* and of object 0 */
	uint32_t text_used;  /* 0 is no name */
	uint32_t last_text;  /* the name that was added last */
	bool is_looking;
	struct lookup lookup;
	char text[TEXT_BYTES];
};

_Static_assert(sizeof(struct names_memory) < (size_t)4 << 20, "the most that names may take");

static unsigned object_of(uint64_t frame)
{
	return (unsigned)(frame >> ADDRESS_BITS);
}

static void forget(struct names *n)
{
	struct names_memory *m = n->memory;

	n->forgotten += m->used;
	memset(m->entries, 0, sizeof(m->entries));
	m->used = m->wanted = m->wanted_jit = 0;
	m->text_used = 1;
	m->last_text = 0;
	m->is_looking = false;
}

/* Map the memory.  If a fork copied it in the middle of a change, empty it. */
static bool ready(struct names *n)
{
	if (n->memory == NULL) {
		struct names_memory *m = map_pages(sizeof(*m));

		if (m == NULL)
			return false;
		n->memory = m;
		m->text_used = 1;
		n->started_s = clock_wall_ns() / CLOCK_S;
	} else if (n->is_busy) {
		forget(n);
	}
	return true;
}

/* Return the entry of ${frame}, or the free one that it would take. */
static struct entry *find_entry(struct names_memory *m, uint64_t frame)
{
	uint64_t hash = (frame ^ frame >> 29) * UINT64_C(0x9e3779b97f4a7c15);

	for (size_t i = (hash >> 40) % ENTRIES;; i = (i + 1) % ENTRIES)
		if (m->entries[i].state == FREE || m->entries[i].frame == frame)
			return &m->entries[i];
}

static uint32_t *wanted_like(struct names_memory *m, const struct entry *e)
{
	return object_of(e->frame) ? &m->wanted : &m->wanted_jit;
}

static void want(struct names *n, uint64_t frame)
{
	struct names_memory *m = n->memory;
	struct entry *e = find_entry(m, frame);

	if (e->state == FREE) {
		if (m->used == MAX_ENTRIES) {
			n->refused++;
			return;
		}
		m->used++;
		e->frame = frame;
	} else if (e->state != NAMELESS || object_of(frame)) {
		/* Generated code may get its name later. */
		return;
	}
	e->state = WANTED;
	++*wanted_like(m, e);
}

static bool is_full(const struct names_memory *m, size_t more)
{
	return m->used + more > MAX_ENTRIES || TEXT_BYTES - m->text_used < TEXT_BYTES / 64;
}

void names_want(struct names *n, const uint64_t *frames, size_t count)
{
	if (!ready(n)) {
		n->refused += count;
		return;
	}
	n->is_busy = true;
	if (is_full(n->memory, count) && clock_mono_ns() >= n->may_forget_ns) {
		forget(n);
		n->may_forget_ns = clock_mono_ns() + FORGET_EVERY_NS;
	}
	for (size_t i = 0; i < count; i++)
		want(n, frames[i]);
	n->is_busy = false;
}

/* Describe where the names of ${object} are.  Return false if it is not known. */
static bool get_place(const struct names *n, unsigned object, struct lookup_place *out)
{
	struct names_object file;

	*out = (struct lookup_place){
	    .path = "",
	    .is_jit = object == 0,
	    .debug_root = n->debug_root ? n->debug_root : "/usr/lib/debug",
	    .perf_maps = n->perf_maps ? n->perf_maps : "/tmp",
	    .unchanged_s = n->started_s,
	};
	if (object == 0)
		return true;
	if (!n->describe(object, &file))
		return false;
	out->path = file.path;
	out->build_id = file.build_id;
	out->build_id_bytes = file.build_id_bytes;
	return true;
}

/* Start to look for the wanted names of one object.  Return false if there is nothing to do. */
static bool start_lookup(struct names *n)
{
	struct names_memory *m = n->memory;
	bool reads_map = m->wanted_jit && clock_mono_ns() >= n->may_read_map_ns;
	struct lookup_place place;
	unsigned object = 0;
	bool is_started = false, is_known = true;

	if (m->wanted == 0 && !reads_map)
		return false;
	for (uint32_t i = 0; i < ENTRIES; i++) {
		struct entry *e = &m->entries[i];

		if (e->state != WANTED || (object_of(e->frame) == 0 && !reads_map))
			continue;
		if (!is_started) {
			is_started = true;
			object = object_of(e->frame);
			is_known = get_place(n, object, &place);
			lookup_start(&m->lookup, &place);
		}
		if (object_of(e->frame) != object)
			continue;
		if (is_known && !lookup_add(&m->lookup, e->frame & ADDRESS_MASK, i))
			break;
		/* Until a name is found. */
		e->state = NAMELESS;
		--*wanted_like(m, e);
	}
	if (reads_map && m->wanted_jit == 0)
		n->may_read_map_ns = clock_mono_ns() + READ_MAP_EVERY_NS;
	m->is_looking = is_started;
	return is_started;
}

/* Store a name.  Return its position, or 0 if there is no room. */
static uint32_t add_text(struct names_memory *m, const char *name)
{
	size_t size = strlen(name) + 1;

	if (m->last_text && strcmp(m->text + m->last_text, name) == 0)
		return m->last_text;
	if (size > TEXT_BYTES - m->text_used)
		return 0;
	memcpy(m->text + m->text_used, name, size);
	m->last_text = m->text_used;
	m->text_used += (uint32_t)size;
	return m->last_text;
}

static void keep_name(struct names *n, struct entry *e, const char *symbol)
{
	char whole[4096], name[NAME_MOST + 1];

	if (object_of(e->frame))
		demangle_name(&n->demangle, symbol, whole, sizeof(whole));
	else
		snprintf(whole, sizeof(whole), "%s", symbol);
	name_clean(whole);
	name_shorten(whole, name, sizeof(name));
	e->text = add_text(n->memory, name);
	if (e->text)
		e->state = NAMED;
	else
		n->refused++;
}

/* Do one step.  Return false if there is nothing to do. */
static bool step(struct names *n)
{
	struct names_memory *m = n->memory;
	char symbol[LOOKUP_NAME_BYTES];
	uint32_t tag = 0;

	if (!m->is_looking && !start_lookup(n))
		return false;
	switch (lookup_step(&m->lookup, symbol, &tag)) {
	case LOOKUP_NAMED:
		keep_name(n, &m->entries[tag], symbol);
		break;
	case LOOKUP_DONE:
		m->is_looking = false;
		break;
	case LOOKUP_WORKING:
		break;
	}
	return true;
}

bool names_work(struct names *n, int64_t budget_ns)
{
	int64_t deadline = clock_mono_ns() + budget_ns;
	bool has_more;

	if (!ready(n))
		return true;
	n->is_busy = true;
	do
		has_more = step(n);
	while (has_more && clock_mono_ns() < deadline);
	if (n->memory->is_looking)
		lookup_pause(&n->memory->lookup);
	n->is_busy = false;
	return !has_more;
}

static const char *get_executable(struct names *n)
{
	char name[NAME_MOST];

	if (n->executable[0] == '\0') {
		executable_name(name, sizeof(name));
		name_clean(name);
		name_shorten(name, n->executable, sizeof(n->executable));
	}
	return n->executable;
}

size_t names_file(struct names *n, uint64_t frame, char *out, size_t size)
{
	struct names_object file;
	char name[NAME_MOST];
	const char *slash;

	if (object_of(frame) == 0)
		return name_shorten("[jit]", out, size);
	if (!n->describe(object_of(frame), &file))
		return name_shorten("[other]", out, size);
	if (file.path[0] == '\0')
		return name_shorten(get_executable(n), out, size);
	slash = strrchr(file.path, '/');
	snprintf(name, sizeof(name), "%s", slash ? slash + 1 : file.path);
	name_clean(name);
	return name_shorten(name, out, size);
}

size_t names_of(struct names *n, uint64_t frame, char *out, size_t size)
{
	char file[NAME_MOST - 20], name[NAME_MOST + 1];

	if (ready(n)) {
		const struct entry *e = find_entry(n->memory, frame);

		if (e->state == NAMED)
			return name_shorten(n->memory->text + e->text, out, size);
	}
	names_file(n, frame, file, sizeof(file));
	if (object_of(frame) == 0)
		return name_shorten(file, out, size);
	snprintf(name, sizeof(name), "%s+0x%llx", file, (unsigned long long)(frame & ADDRESS_MASK));
	return name_shorten(name, out, size);
}
