#include "agent/sites/symbols.h"

#include <elf.h>
#include <link.h>
#include <string.h>

#include "agent/base/elf.h"
#include "agent/sites/wanted.h"

/* A linked object has about 40 sections; one of -ffunction-sections is not linked. */
#define MAX_SECTIONS 4096
#define MAX_SYMBOLS (UINT64_C(1) << 24) /* Chromium has 2 million */
#define NAME_BYTES 1024
#define SECTIONS 32U /* read at once */

_Static_assert(SYMBOLS_PIECE % sizeof(ElfW(Sym)) < sizeof(ElfW(Sym)), "a piece has whole symbols");
#define SYMBOLS_A_PIECE (SYMBOLS_PIECE / sizeof(ElfW(Sym)))

size_t symbols_build_id(int fd, uint8_t *out)
{
	ElfW(Ehdr) head;
	ElfW(Phdr) segment;
	uint64_t at;
	size_t n;

	if (!elf_read_head(fd, &head))
		return 0;
	for (unsigned i = 0; elf_read_segment(fd, &head, i, &segment); i++) {
		if (segment.p_type != PT_NOTE ||
		    !elf_find_note(fd, &segment, ELF_NOTE_GNU, NT_GNU_BUILD_ID, &at, &n))
			continue;
		n = n < SYMBOLS_ID_BYTES ? n : SYMBOLS_ID_BYTES;
		return elf_read(fd, at, out, n) ? n : 0;
	}
	return 0;
}

bool symbols_first_address(int fd, uint64_t *out)
{
	ElfW(Ehdr) head;
	ElfW(Phdr) segment;

	if (!elf_read_head(fd, &head))
		return false;
	for (unsigned i = 0; elf_read_segment(fd, &head, i, &segment); i++) {
		if (segment.p_type == PT_LOAD) {
			*out = segment.p_vaddr;
			return true;
		}
	}
	return false;
}

static bool read_section(int fd, const ElfW(Ehdr) * head, uint64_t i, ElfW(Shdr) * out)
{
	if (head->e_shoff == 0 || head->e_shentsize != sizeof(*out) || i >= head->e_shnum ||
	    i >= MAX_SECTIONS)
		return false;
	return elf_read(fd, head->e_shoff + i * sizeof(*out), out, sizeof(*out));
}

/* Sections one after another, read in pieces. */
struct sections {
	ElfW(Shdr) piece[SECTIONS];
	uint64_t from, next, end; /* the piece has those from ${from} up to ${end} */
};

/* Return the next section, or NULL.  Begin with all zero. */
static const ElfW(Shdr) * next_section(int fd, const ElfW(Ehdr) * head, struct sections *s)
{
	uint64_t count = head->e_shnum < MAX_SECTIONS ? head->e_shnum : MAX_SECTIONS;

	if (s->next == s->end) {
		uint64_t n = count - s->next < SECTIONS ? count - s->next : SECTIONS;

		if (head->e_shoff == 0 || head->e_shentsize != sizeof(s->piece[0]))
			return NULL;
		s->from = s->next;
		s->end += elf_read_some(fd, head->e_shoff + s->next * sizeof(s->piece[0]), s->piece,
					n * sizeof(s->piece[0])) /
			  sizeof(s->piece[0]);
		if (s->next == s->end)
			return NULL;
	}
	return &s->piece[s->next++ - s->from];
}

/* Return whether section ${s} has the name ${name}. */
static bool is_named(int fd, const ElfW(Shdr) * names, const ElfW(Shdr) * s, const char *name)
{
	char there[32];
	size_t n = strlen(name) + 1;

	return n <= sizeof(there) && s->sh_name < names->sh_size &&
	       elf_read(fd, names->sh_offset + s->sh_name, there, n) && memcmp(there, name, n) == 0;
}

bool symbols_debuglink(int fd, char *out, size_t size)
{
	ElfW(Ehdr) head;
	struct sections sections = {.next = 0};
	const ElfW(Shdr) * s;
	ElfW(Shdr) names;
	size_t n;

	if (!elf_read_head(fd, &head) || !read_section(fd, &head, head.e_shstrndx, &names))
		return false;
	while ((s = next_section(fd, &head, &sections))) {
		/* It is not loaded. */
		if (s->sh_type != SHT_PROGBITS || s->sh_flags & SHF_ALLOC ||
		    !is_named(fd, &names, s, ".gnu_debuglink"))
			continue;
		n = elf_read_some(fd, s->sh_offset, out, s->sh_size < size ? s->sh_size : size);
		return memchr(out, '\0', n) && out[0] && strchr(out, '/') == NULL &&
		       strcmp(out, "..") != 0;
	}
	return false;
}

bool symbols_table(int fd, enum symbols_kind kind, struct symbols_table *out)
{
	uint32_t type = kind == SYMBOLS_ALL ? SHT_SYMTAB : SHT_DYNSYM;
	struct sections sections = {.next = 0};
	const ElfW(Shdr) * s;
	ElfW(Ehdr) head;
	ElfW(Shdr) names;

	if (!elf_read_head(fd, &head))
		return false;
	while ((s = next_section(fd, &head, &sections))) {
		if (s->sh_type != type)
			continue;
		if (s->sh_entsize != sizeof(ElfW(Sym)) ||
		    !read_section(fd, &head, s->sh_link, &names) || names.sh_type != SHT_STRTAB)
			return false;
		*out = (struct symbols_table){
		    .kind = kind,
		    .at = s->sh_offset,
		    .count = s->sh_size / sizeof(ElfW(Sym)),
		    .names_at = names.sh_offset,
		    .names_bytes = names.sh_size,
		};
		if (out->count > MAX_SYMBOLS)
			out->count = MAX_SYMBOLS;
		return true;
	}
	return false;
}

/* The symbol contains the address. */
static void take(struct symbols_wanted *w, const ElfW(Sym) * s)
{
	uint8_t is_local = ELF64_ST_BIND(s->st_info) == STB_LOCAL;

	if (w->aliases &&
	    (s->st_value < w->start || (s->st_value == w->start && is_local > w->is_local)))
		return;
	if (w->aliases == 0 || s->st_value > w->start || is_local < w->is_local)
		w->aliases = 0;
	w->start = s->st_value;
	w->is_local = is_local;
	if (w->aliases < SYMBOLS_ALIASES)
		w->names[w->aliases++] = s->st_name;
}

/* The symbol starts below the address. */
static void take_below(struct symbols_wanted *w, const ElfW(Sym) * s)
{
	bool is_sized = s->st_size != 0;

	if (w->has_below &&
	    (s->st_value < w->below || (s->st_value == w->below && is_sized <= w->below_is_sized)))
		return;
	w->has_below = 1;
	w->below = s->st_value;
	w->below_is_sized = is_sized;
	w->below_name = s->st_name;
	w->below_section = s->st_shndx;
}

static void take_symbol(const ElfW(Sym) * s, struct symbols_wanted *wanted, size_t count)
{
	unsigned type = ELF64_ST_TYPE(s->st_info);
	size_t i;

	if ((type != STT_FUNC && type != STT_GNU_IFUNC) || s->st_shndx == SHN_UNDEF)
		return;
	i = wanted_from(&wanted->address, sizeof(*wanted), count, s->st_value);
	if (i < count)
		take_below(&wanted[i], s);
	for (; i < count && wanted[i].address - s->st_value < s->st_size; i++)
		take(&wanted[i], s);
}

bool symbols_scan(int fd, const struct symbols_table *table, uint64_t *position, char *piece,
		  struct symbols_wanted *wanted, size_t count)
{
	uint64_t left = table->count - *position;
	size_t n = left < SYMBOLS_A_PIECE ? (size_t)left : SYMBOLS_A_PIECE;
	ElfW(Sym) symbol;

	if (table->at > INT64_MAX)
		return false;
	n = elf_read_some(fd, table->at + *position * sizeof(symbol), piece, n * sizeof(symbol)) /
	    sizeof(symbol);
	for (size_t i = 0; i < n; i++) {
		memcpy(&symbol, piece + i * sizeof(symbol), sizeof(symbol));
		take_symbol(&symbol, wanted, count);
	}
	*position += n;
	return n != 0 && *position < table->count;
}

static bool is_in_section(int fd, unsigned section, uint64_t address)
{
	ElfW(Ehdr) head;
	ElfW(Shdr) s;

	return elf_read_head(fd, &head) && read_section(fd, &head, section, &s) &&
	       address - s.sh_addr < s.sh_size;
}

void symbols_finish(int fd, const struct symbols_table *table, struct symbols_wanted *wanted,
		    size_t count)
{
	/* A function below one address is below the next one, too. */
	for (size_t i = 1; i < count; i++) {
		const struct symbols_wanted *previous = &wanted[i - 1];
		struct symbols_wanted *w = &wanted[i];

		if (previous->has_below && (!w->has_below || w->below < previous->below)) {
			w->has_below = 1;
			w->below = previous->below;
			w->below_is_sized = previous->below_is_sized;
			w->below_name = previous->below_name;
			w->below_section = previous->below_section;
		}
	}
	for (size_t i = 0; table->kind == SYMBOLS_ALL && i < count; i++) {
		struct symbols_wanted *w = &wanted[i];

		if (w->aliases == 0 && w->has_below && !w->below_is_sized &&
		    is_in_section(fd, w->below_section, w->address)) {
			w->start = w->below;
			w->names[w->aliases++] = w->below_name;
		}
	}
}

/* Copy a name from the table.  Return its length, 0 if there is none. */
static size_t read_name(int fd, const struct symbols_table *table, uint32_t at, char *out,
			size_t size)
{
	uint64_t left;
	size_t n;

	if (at >= table->names_bytes || table->names_at > INT64_MAX)
		return 0;
	left = table->names_bytes - at;
	n = elf_read_some(fd, table->names_at + at, out, left < size - 1 ? (size_t)left : size - 1);
	out[n] = '\0';
	out[strcspn(out, "@")] = '\0';
	return strlen(out);
}

/* Return whether the name ${a} goes before ${b}. */
static bool is_better(const char *a, const char *b)
{
	size_t under_a = strspn(a, "_"), under_b = strspn(b, "_");
	size_t length_a = strlen(a), length_b = strlen(b);

	if (under_a != under_b)
		return under_a < under_b;
	return length_a != length_b ? length_a < length_b : strcmp(a, b) < 0;
}

bool symbols_name(int fd, const struct symbols_table *table, const struct symbols_wanted *wanted,
		  char *out, size_t size)
{
	char other[NAME_BYTES + 1];

	out[0] = '\0';
	for (size_t i = 0; i < wanted->aliases; i++) {
		size_t n = read_name(fd, table, wanted->names[i], other,
				     size < sizeof(other) ? size : sizeof(other));

		if (n && (out[0] == '\0' || is_better(other, out)))
			memcpy(out, other, n + 1);
	}
	return out[0] != '\0';
}
