#include "agent/sites/names.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/clock.h"
#include "agent/base/executable.h"
#include "agent/sites/lookup.h"
#include "shim/map.h"

#define SLOTS ((size_t)1 << 15)
#define ENTRIES (SLOTS / 4 * 3)
#define TEXT_BYTES ((size_t)5 << 19)
#define ADDRESS_BITS 48
#define ADDRESS_MASK ((UINT64_C(1) << ADDRESS_BITS) - 1)
#define FORGET_EVERY_NS (600 * CLOCK_S)
#define READ_MAP_EVERY_NS (60 * CLOCK_S)

enum state { WANTED, NAMED, NAMELESS };

struct entry {
	uint64_t frame;
	uint32_t text; /* where its name is */
	uint32_t state;
};

struct names_memory {
	uint16_t slots[SLOTS]; /* an open hash table: number of the entry, from 1 on */
	struct entry entries[ENTRIES];
	uint16_t queue[ENTRIES]; /* indices of the wanted ones */
	uint32_t used;
	uint32_t wanted;     /* entries in that state: in the queue */
	uint32_t wanted_jit; /* those of object 0 among them */
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
	memset(m->slots, 0, sizeof(m->slots));
	m->used = m->wanted = m->wanted_jit = 0;
	m->text_used = 1;
	m->last_text = 0;
	m->is_looking = false;
}

/* Map the memory.  A copy that a fork has made in the middle of a change is emptied. */
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

/* Return the slot of ${frame}, or the free one that it would take. */
static uint16_t *find_slot(struct names_memory *m, uint64_t frame)
{
	uint64_t hash = (frame ^ frame >> 29) * UINT64_C(0x9e3779b97f4a7c15);

	for (size_t i = (hash >> 40) % SLOTS;; i = (i + 1) % SLOTS)
		if (m->slots[i] == 0 || m->entries[m->slots[i] - 1].frame == frame)
			return &m->slots[i];
}

static void want(struct names *n, uint64_t frame)
{
	struct names_memory *m = n->memory;
	uint16_t *slot = find_slot(m, frame);

	if (*slot == 0) {
		if (m->used == ENTRIES) {
			n->refused++;
			return;
		}
		*slot = (uint16_t)++m->used;
	} else if (m->entries[*slot - 1].state != NAMELESS || object_of(frame)) {
		/* Generated code may get its name later. */
		return;
	}
	m->entries[*slot - 1] = (struct entry){.frame = frame, .state = WANTED};
	m->queue[m->wanted++] = (uint16_t)(*slot - 1);
	m->wanted_jit += object_of(frame) == 0;
}

static bool is_full(const struct names_memory *m, size_t more)
{
	return m->used + more > ENTRIES || TEXT_BYTES - m->text_used < TEXT_BYTES / 64;
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

/* Choose the object of the next look-up.  Return false if there is nothing to do. */
static bool choose_object(struct names *n, unsigned *object)
{
	const struct names_memory *m = n->memory;

	if (m->wanted_jit && clock_mono_ns() >= n->may_read_map_ns) {
		*object = 0;
		return true;
	}
	for (uint32_t k = 0; k < m->wanted; k++) {
		*object = object_of(m->entries[m->queue[k]].frame);
		if (*object)
			return true;
	}
	return false;
}

/* Take the entries of ${object} out of the queue, as many as one look-up takes. */
static void take_wanted(struct names_memory *m, unsigned object, bool is_known)
{
	uint32_t kept = 0;
	bool is_full = false;

	for (uint32_t k = 0; k < m->wanted; k++) {
		struct entry *e = &m->entries[m->queue[k]];

		is_full |= object_of(e->frame) == object && is_known &&
			   !lookup_add(&m->lookup, e->frame & ADDRESS_MASK, m->queue[k]);
		if (is_full || object_of(e->frame) != object) {
			m->queue[kept++] = m->queue[k];
			continue;
		}
		e->state = NAMELESS; /* until a name is found */
		m->wanted_jit -= object == 0;
	}
	m->wanted = kept;
}

/* Start to look for the wanted names of one object.  Return false if there is nothing to do. */
static bool start_lookup(struct names *n)
{
	struct names_memory *m = n->memory;
	struct lookup_place place;
	unsigned object;
	bool is_known;

	if (!choose_object(n, &object))
		return false;
	is_known = get_place(n, object, &place);
	lookup_start(&m->lookup, &place);
	take_wanted(m, object, is_known);
	if (object == 0 && m->wanted_jit == 0)
		n->may_read_map_ns = clock_mono_ns() + READ_MAP_EVERY_NS;
	m->is_looking = true;
	return true;
}

/* Keep a name.  Return where it is, or 0 without room for it. */
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
		uint16_t slot = *find_slot(n->memory, frame);
		const struct entry *e = &n->memory->entries[slot ? slot - 1 : 0];

		if (slot && e->state == NAMED)
			return name_shorten(n->memory->text + e->text, out, size);
	}
	names_file(n, frame, file, sizeof(file));
	if (object_of(frame) == 0)
		return name_shorten(file, out, size);
	snprintf(name, sizeof(name), "%s+0x%llx", file, (unsigned long long)(frame & ADDRESS_MASK));
	return name_shorten(name, out, size);
}
