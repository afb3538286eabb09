#include "agent/sites/demangle.h"

#include <link.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "agent/sites/output.h"
#include "agent/sites/rust_v0.h"
#include "shim/object.h"

#define HASH 17 /* "h" and 16 hex digits */

/* Fewer than 1 % of the names in node and LLVM may get longer than this. */
#define LONGEST ((size_t)4 << 20)
#define PARTS 128 /* back references that are counted */

/* The deepest recursion that was found took 352 bytes of stack for each byte of the name. */
#define STACK_BYTES ((size_t)32 << 10)
#define STACK_BYTES_A_BYTE ((size_t)512)

/* What Rust writes for characters that linkers may not like; "$u7e$" is any character. */
static const struct escape {
	const char *code;
	char character;
} escapes[] = {
    {"SP", '@'}, {"BP", '*'}, {"RF", '&'}, {"LT", '<'},
    {"GT", '>'}, {"LP", '('}, {"RP", ')'}, {"C", ','},
};

/* Write the character of the escape "$...$" at ${text}.  Return its length, or 0. */
static size_t put_escape(struct output *o, const char *text, size_t n)
{
	const char *end = memchr(text + 1, '$', n - 1);
	size_t length = end ? (size_t)(end - text - 1) : 0;
	unsigned character;

	for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
		if (length == strlen(escapes[i].code) &&
		    memcmp(text + 1, escapes[i].code, length) == 0) {
			put(o, escapes[i].character);
			return length + 2;
		}
	}
	if (length == 3 && sscanf(text + 1, "u%2x$", &character) == 1 && character < 0x80) {
		put(o, (char)character);
		return length + 2;
	}
	return 0;
}

/* Write one identifier. */
static void put_part(struct output *o, const char *text, size_t n)
{
	size_t i = 0;

	/* An underscore protects an escape at the start. */
	if (n > 1 && text[0] == '_' && text[1] == '$')
		i++;
	while (i < n) {
		size_t escape = text[i] == '$' ? put_escape(o, text + i, n - i) : 0;

		if (escape) {
			i += escape;
		} else if (text[i] == '.' && i + 1 < n && text[i + 1] == '.') {
			put(o, ':');
			put(o, ':');
			i += 2;
		} else {
			put(o, text[i++]);
		}
	}
}

static bool is_hash(const char *text, size_t n)
{
	return n == HASH && text[0] == 'h' && strspn(text + 1, "0123456789abcdef") >= HASH - 1;
}

/* Return the next identifier of a mangled name and advance ${*text}; NULL behind the last. */
static const char *next_part(const char **text, size_t *length)
{
	const char *part = *text;
	size_t n = 0;

	if (*part < '1' || *part > '9')
		return NULL;
	for (; *part >= '0' && *part <= '9'; part++) {
		n = n * 10 + (size_t)(*part - '0');
		if (n > DEMANGLE_MOST)
			return NULL;
	}
	if (strnlen(part, n) < n)
		return NULL;
	*length = n;
	*text = part + n;
	return part;
}

/* Return whether ${text} are identifiers, of which the last one is a hash, and then "E". */
static bool is_rust(const char *text)
{
	const char *part, *last = NULL;
	size_t n, last_length = 0;

	while ((part = next_part(&text, &n)) != NULL) {
		last = part;
		last_length = n;
	}
	return *text == 'E' && last && is_hash(last, last_length);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): written through ${o} */
bool demangle_rust(const char *name, char *out, size_t size)
{
	struct output o = {out, 0, size};
	const char *part;
	size_t n;

	if (strncmp(name, "_ZN", 3) != 0 || !is_rust(name + 3))
		return false;
	name += 3;
	while ((part = next_part(&name, &n)) != NULL && !(*name == 'E' && is_hash(part, n))) {
		if (o.used) {
			put(&o, ':');
			put(&o, ':');
		}
		put_part(&o, part, n);
	}
	return o.used != 0;
}

/*
 * The dynamic linker never unloads an object that one of its own "unique" symbols was bound to;
 * libstdc++ has some.
 */
static bool is_bound_for_good(const struct dl_phdr_info *object, const struct object_tables *t)
{
	const ElfW(Rela) * r;

	for (size_t i = 0; (r = object_relocation(t, i)) != NULL; i++) {
		const ElfW(Sym) *s = object_referenced(t, r);

		if (s && ELF64_ST_BIND(s->st_info) == STB_GNU_UNIQUE && s->st_shndx != SHN_UNDEF &&
		    object_contains(object, object_target(object, r)))
			return true;
	}
	return false;
}

struct search {
	uintptr_t linker; /* the dynamic linker's address */
	bool is_behind_linker;
	unsigned long long loaded;
	void *function;
};

static int look_at(struct dl_phdr_info *object, size_t size, void *arg)
{
	struct search *s = arg;
	struct object_tables t;
	void *function;

	(void)size;
	s->loaded = object->dlpi_adds;
	/* The objects up to the dynamic linker were loaded with the program. */
	if (object->dlpi_addr == s->linker)
		s->is_behind_linker = true;
	function = object_exports(object, "__cxa_demangle");
	/*
	 * LLVM's demangler ends the process when there is no memory.  Only GNU's library has the
	 * other name.
	 */
	if (function == NULL || object_exports(object, "_ZSt16__throw_bad_castv") == NULL)
		return 0;
	t = object_tables(object);
	if (s->is_behind_linker && !is_bound_for_good(object, &t))
		return 0;
	s->function = function;
	return 1;
}

static int count_loaded(struct dl_phdr_info *object, size_t size, void *arg)
{
	(void)size;
	*(unsigned long long *)arg = object->dlpi_adds;
	return 1;
}

static void look_up(struct demangle *d)
{
	struct search s = {.linker = getauxval(AT_BASE)};
	unsigned long long loaded = 0;

	if (d->function)
		return;
	dl_iterate_phdr(count_loaded, &loaded);
	if (loaded == d->loaded)
		return;
	dl_iterate_phdr(look_at, &s);
	d->loaded = s.loaded;
	memcpy(&d->function, &s.function, sizeof(d->function));
}

/*
 * Return whether the demangled form of ${name}, of ${length} bytes, has LONGEST bytes at most.  A
 * name may refer back to its parts ("S1_"), which may refer to others: each part counts as often as
 * it is referred to, and once itself.
 */
static bool is_bounded(const char *name, size_t length)
{
	size_t uses[PARTS] = {0}, factor = 1, most = LONGEST / length;

	for (const char *at = name; *at && factor <= most; at++) {
		size_t digits = strspn(at + 1, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
		unsigned long part = digits ? strtoul(at + 1, NULL, 36) + 1 : 0;
		bool is_reference = (*at == 'S' || *at == 'T') && at[1 + digits] == '_';

		if (is_reference && *at == 'S' && part < PARTS) {
			uses[part]++;
			factor = factor / uses[part] * (uses[part] + 1);
		} else if (is_reference || strncmp(at, "Dp", 2) == 0 || strncmp(at, "sp", 2) == 0) {
			factor *= 2;
		}
	}
	return factor <= most;
}

/* Return how many bytes of stack the calling thread has left, or 0 if that is not known. */
static size_t stack_left(void)
{
	pthread_attr_t attr;
	void *start = NULL;
	size_t bytes = 0;

	if (pthread_getattr_np(pthread_self(), &attr))
		return 0;
	pthread_attr_getstack(&attr, &start, &bytes);
	pthread_attr_destroy(&attr);
	return bytes ? (size_t)((char *)__builtin_frame_address(0) - (char *)start) : 0;
}

static bool demangle_cxx(struct demangle *d, const char *name, char *out, size_t size)
{
	size_t n = strlen(name);
	int status = -1;
	char *text;

	if (strncmp(name, "_Z", 2) != 0 || n > DEMANGLE_MOST || !is_bounded(name, n) ||
	    stack_left() < STACK_BYTES + n * STACK_BYTES_A_BYTE)
		return false;
	look_up(d);
	text = d->function ? d->function(name, NULL, NULL, &status) : NULL;
	if (text && status == 0)
		snprintf(out, size, "%s", text);
	free(text);
	return text && status == 0;
}

void demangle_name(struct demangle *d, const char *name, char *out, size_t size)
{
	if (!demangle_rust(name, out, size) && !rust_v0(name, out, size) &&
	    !demangle_cxx(d, name, out, size))
		snprintf(out, size, "%s", name);
}
