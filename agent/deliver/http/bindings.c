#include "agent/deliver/http/bindings.h"

#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "shim/object.h"

#define MEMBERS 8
#define PREFIXES 8

static const char *const families[][PREFIXES] = {
    [BINDINGS_CURL] = {"libcurl"},
    [BINDINGS_TLS] = {"libssl", "libcrypto", "libgnutls", "libnettle", "libhogweed", "libtasn1",
		      "libmbed", "libwolfssl"},
    [BINDINGS_ZLIB] = {"libz.so"},
};

/* An object, and whether calls that matter lead into it. */
struct member {
	struct dl_phdr_info object;
	bool is_used;
};

struct look {
	const char *const *prefixes;
	struct member members[MEMBERS]; /* of the family */
	int count;
	bool leads_inside;    /* a name leads to a member */
	const void *stranger; /* where the first name leads that does not, or NULL */
	const char *astray;   /* that name */
};

static bool begins(const char *name, const char *const *prefixes)
{
	for (int i = 0; i < PREFIXES && prefixes[i]; i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

struct quest {
	const char *name; /* of a library, or NULL: whatever has the address */
	const void *address;
	struct dl_phdr_info *out;
};

static bool is_named(const struct dl_phdr_info *object, const char *name)
{
	const char *slash = strrchr(object->dlpi_name, '/');
	struct object_tables t;

	if (slash && strcmp(slash + 1, name) == 0)
		return true;
	t = object_tables(object);
	for (const ElfW(Dyn) *d = t.dynamic; d && d->d_tag != DT_NULL; d++)
		if (d->d_tag == DT_SONAME)
			return strcmp(t.names + d->d_un.d_val, name) == 0;
	return false;
}

static int match(struct dl_phdr_info *object, size_t size, void *arg)
{
	struct quest *quest = arg;

	(void)size;
	if (quest->name ? !is_named(object, quest->name) : !object_contains(object, quest->address))
		return 0;
	*quest->out = *object;
	return 1;
}

static bool find_by_name(const char *name, struct dl_phdr_info *out)
{
	struct quest quest = {name, NULL, out};

	return dl_iterate_phdr(match, &quest) != 0;
}

static bool find_by_address(const void *address, struct dl_phdr_info *out)
{
	struct quest quest = {NULL, address, out};

	return dl_iterate_phdr(match, &quest) != 0;
}

static void add_member(struct look *look, const char *name)
{
	struct member *next = &look->members[look->count];

	if (look->count == MEMBERS || !find_by_name(name, &next->object))
		return;
	for (int i = 0; i < look->count; i++)
		if (look->members[i].object.dlpi_phdr == next->object.dlpi_phdr)
			return;
	next->is_used = false;
	look->count++;
}

/* Add the libraries of the family that the ${object} asks for. */
static void add_needed(struct look *look, const struct dl_phdr_info *object)
{
	struct object_tables t = object_tables(object);

	for (const ElfW(Dyn) *d = t.dynamic; d && d->d_tag != DT_NULL; d++)
		if (d->d_tag == DT_NEEDED && begins(t.names + d->d_un.d_val, look->prefixes))
			add_member(look, t.names + d->d_un.d_val);
}

/* Look where a ${name} that the object ${from} is bound to leads: to ${target}. */
static void follow(struct look *look, const struct dl_phdr_info *from, const char *name,
		   const void *target)
{
	bool is_theirs = false;

	for (int i = 0; i < look->count; i++) {
		struct member *m = &look->members[i];

		if (object_contains(&m->object, target)) {
			m->is_used = true;
			look->leads_inside = true;
			return;
		}
	}
	/* What is bound lazily leads into the object itself, until it is called. */
	if (target == NULL || object_contains(from, target))
		return;
	for (int i = 0; i < look->count && !is_theirs; i++)
		is_theirs = object_shows(&look->members[i].object, name) != NULL;
	if (!is_theirs || look->stranger)
		return;
	look->stranger = target;
	look->astray = name;
}

/* Return where the place of a relocation leads. */
static const void *target_of(const struct dl_phdr_info *object, const ElfW(Rela) * r)
{
	const void *target;

	/* NOLINTNEXTLINE(performance-no-int-to-ptr): so it is written in the file */
	memcpy(&target, (const void *)(object->dlpi_addr + r->r_offset), sizeof(target));
	return target;
}

static void follow_all(struct look *look, const struct dl_phdr_info *from)
{
	struct object_tables t = object_tables(from);

	for (int kind = 0; t.symbols && t.names && kind < 2; kind++) {
		const ElfW(Rela) *r = t.relocations[kind];

		for (size_t n = r ? t.relocation_bytes[kind] / sizeof(*r) : 0; n > 0; n--, r++) {
			const ElfW(Sym) *s = &t.symbols[ELF64_R_SYM(r->r_info)];

			if (ELF64_R_SYM(r->r_info))
				follow(look, from, t.names + s->st_name, target_of(from, r));
		}
	}
}

/* Follow the calls of ${from}, and of each member that they lead into. */
static void follow_from(struct look *look, const struct dl_phdr_info *from)
{
	bool is_followed[MEMBERS] = {false};

	add_needed(look, from);
	for (int i = 0; i < look->count; i++)
		add_needed(look, &look->members[i].object);
	follow_all(look, from);
	for (int i = 0; i < look->count; i++) {
		if (!look->members[i].is_used || is_followed[i])
			continue;
		is_followed[i] = true;
		follow_all(look, &look->members[i].object);
		i = -1; /* one before may be in use now */
	}
}

/* Find the libcurl that is called. */
static bool find_curl(const struct dl_phdr_info *self, struct dl_phdr_info *out)
{
	struct look look = {.prefixes = families[BINDINGS_CURL]};

	follow_from(&look, self);
	if (look.stranger && !look.leads_inside)
		return find_by_address(look.stranger, out);
	if (look.count == 0)
		return false;
	*out = look.members[0].object;
	return true;
}

typedef unsigned long version_function(void);

/* The version of an OpenSSL, as far as a change in it is one of the interface. */
static unsigned long interface_of(void *number)
{
	unsigned long version = ((version_function *)number)();

	/* From OpenSSL 3 on the first of the three numbers; before that the first two. */
	return version >> 28 >= 3 ? version >> 28 << 28 : version >> 20 << 20;
}

/*
 * Return whether what the names lead to can take the place of the members, to which none leads.
 * libcurl and zlib keep their interfaces.
 */
static bool can_replace(const struct look *look, enum bindings_family family)
{
	void *theirs = object_first("OpenSSL_version_num");
	void *ours = NULL;

	if (family != BINDINGS_TLS)
		return true;
	for (int i = 0; i < look->count && ours == NULL; i++)
		ours = object_shows(&look->members[i].object, "OpenSSL_version_num");
	return theirs && ours && interface_of(theirs) == interface_of(ours);
}

bool bindings_are_sound(enum bindings_family family, char *why, size_t size)
{
	struct look look = {.prefixes = families[family]};
	struct dl_phdr_info self = {.dlpi_addr = 0}, from;
	const char *path;

	if (!find_by_address((const void *)bindings_are_sound, &self))
		return true;
	from = self;
	if (family == BINDINGS_TLS && !find_curl(&self, &from))
		return true;
	follow_from(&look, &from);
	if (look.stranger == NULL || (!look.leads_inside && can_replace(&look, family)))
		return true;
	path = object_path(look.stranger);
	snprintf(why, size,
		 "%s shows a function %s of its own, which libcurl or its libraries would call",
		 path[0] ? path : "the program", look.astray);
	return false;
}
