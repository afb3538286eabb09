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

/* A loaded library of the family. */
struct member {
	struct dl_phdr_info object;
	bool is_used; /* a checked symbol is bound to it */
};

struct search {
	const char *const *prefixes; /* of the family's file names */
	struct member members[MEMBERS];
	int count;
	bool is_member_bound;	  /* a symbol is bound to a member */
	const void *foreign;	  /* address of the first symbol bound to another object, or NULL */
	const char *foreign_name; /* its name */
};

static bool has_prefix(const char *name, const char *const *prefixes)
{
	for (int i = 0; i < PREFIXES && prefixes[i]; i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

struct wanted {
	const char *name; /* of a library; NULL: search by address */
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
	struct wanted *wanted = arg;

	(void)size;
	if (wanted->name ? !is_named(object, wanted->name)
			 : !object_contains(object, wanted->address))
		return 0;
	*wanted->out = *object;
	return 1;
}

static bool find_by_name(const char *name, struct dl_phdr_info *out)
{
	struct wanted wanted = {name, NULL, out};

	return dl_iterate_phdr(match, &wanted) != 0;
}

static bool find_by_address(const void *address, struct dl_phdr_info *out)
{
	struct wanted wanted = {NULL, address, out};

	return dl_iterate_phdr(match, &wanted) != 0;
}

static void add_member(struct search *search, const char *name)
{
	struct member *next = &search->members[search->count];

	if (search->count == MEMBERS || !find_by_name(name, &next->object))
		return;
	for (int i = 0; i < search->count; i++)
		if (search->members[i].object.dlpi_phdr == next->object.dlpi_phdr)
			return;
	next->is_used = false;
	search->count++;
}

/* Add the libraries of the family that ${object} needs. */
static void add_needed(struct search *search, const struct dl_phdr_info *object)
{
	struct object_tables t = object_tables(object);

	for (const ElfW(Dyn) *d = t.dynamic; d && d->d_tag != DT_NULL; d++)
		if (d->d_tag == DT_NEEDED && has_prefix(t.names + d->d_un.d_val, search->prefixes))
			add_member(search, t.names + d->d_un.d_val);
}

/* Record that the symbol ${name} of the object ${from} is bound to the address ${target}. */
static void record_binding(struct search *search, const struct dl_phdr_info *from, const char *name,
			   const void *target)
{
	bool is_exported = false;

	for (int i = 0; i < search->count; i++) {
		struct member *m = &search->members[i];

		if (object_contains(&m->object, target)) {
			m->is_used = true;
			search->is_member_bound = true;
			return;
		}
	}
	/* Until its first call, a lazily bound symbol points into the object itself. */
	if (target == NULL || object_contains(from, target))
		return;
	for (int i = 0; i < search->count && !is_exported; i++)
		is_exported = object_exports(&search->members[i].object, name) != NULL;
	if (!is_exported || search->foreign)
		return;
	search->foreign = target;
	search->foreign_name = name;
}

static void record_bindings(struct search *search, const struct dl_phdr_info *from)
{
	struct object_tables t = object_tables(from);
	const ElfW(Rela) * r;

	if (t.symbols == NULL || t.names == NULL)
		return;
	for (size_t i = 0; (r = object_relocation(&t, i)) != NULL; i++) {
		const ElfW(Sym) *s = object_referenced(&t, r);

		if (s)
			record_binding(search, from, t.names + s->st_name, object_target(from, r));
	}
}

/* Record the bindings of ${from}, and of each member that is used, directly or indirectly. */
static void record_reachable(struct search *search, const struct dl_phdr_info *from)
{
	bool is_done[MEMBERS] = {false};

	add_needed(search, from);
	for (int i = 0; i < search->count; i++)
		add_needed(search, &search->members[i].object);
	record_bindings(search, from);
	for (int i = 0; i < search->count; i++) {
		if (!search->members[i].is_used || is_done[i])
			continue;
		is_done[i] = true;
		record_bindings(search, &search->members[i].object);
		i = -1; /* an earlier member may be used now */
	}
}

/* Find the libcurl that our calls are bound to. */
static bool find_curl(const struct dl_phdr_info *self, struct dl_phdr_info *out)
{
	struct search search = {.prefixes = families[BINDINGS_CURL]};

	record_reachable(&search, self);
	if (search.foreign && !search.is_member_bound)
		return find_by_address(search.foreign, out);
	if (search.count == 0)
		return false;
	*out = search.members[0].object;
	return true;
}

typedef unsigned long version_function(void);

/* Return the part of an OpenSSL's version that changes with its ABI. */
static unsigned long abi_version(void *version_num)
{
	unsigned long version = ((version_function *)version_num)();

	/* OpenSSL 3 and later: the first number.  Before that: the first two. */
	return version >> 28 >= 3 ? version >> 28 << 28 : version >> 20 << 20;
}

/*
 * No symbol is bound to a member: return whether the other library can replace the members.  Every
 * release of libcurl and zlib can, because they keep their ABI.
 */
static bool can_replace(const struct search *search, enum bindings_family family)
{
	void *theirs = object_first("OpenSSL_version_num");
	void *ours = NULL;

	if (family != BINDINGS_TLS)
		return true;
	for (int i = 0; i < search->count && ours == NULL; i++)
		ours = object_exports(&search->members[i].object, "OpenSSL_version_num");
	return theirs && ours && abi_version(theirs) == abi_version(ours);
}

bool bindings_are_sound(enum bindings_family family, char *why, size_t size)
{
	struct search search = {.prefixes = families[family]};
	struct dl_phdr_info self = {.dlpi_addr = 0}, from;
	const char *path;

	if (!find_by_address((const void *)bindings_are_sound, &self))
		return true;
	from = self;
	if (family == BINDINGS_TLS && !find_curl(&self, &from))
		return true;
	record_reachable(&search, &from);
	if (search.foreign == NULL || (!search.is_member_bound && can_replace(&search, family)))
		return true;
	path = object_path(search.foreign);
	snprintf(why, size, "%s exports its own %s, which libcurl or its libraries would call",
		 path[0] ? path : "the program", search.foreign_name);
	return false;
}
