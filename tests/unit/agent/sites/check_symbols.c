#include "agent/sites/symbols.h"

#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/unit.h"

enum {
	SEGMENTS_AT = 64,
	NOTES_AT = 512,
	NAMES_AT = 1024,
	SYMBOLS_AT = 4096,
	SECTIONS_AT = 256 << 10
};
enum { SECTIONS = 5, TEXT = 1, SYMTAB = 2, STRTAB = 3, LINK = 4 };
enum { CODE = 0x1000, CODE_BYTES = 0x10000 };

/* An ELF file in memory, which the tests change before they read it. */
static int fd;
static ElfW(Ehdr) head;
static ElfW(Phdr) segments[2];
static ElfW(Shdr) sections[SECTIONS];
static unsigned symbols;
static size_t names_bytes;

static void put(size_t at, const void *bytes, size_t n)
{
	ck_assert_int_eq(pwrite(fd, bytes, n, (off_t)at), (ssize_t)n);
}

static uint32_t put_name(const char *name)
{
	size_t at = names_bytes;

	put(NAMES_AT + at, name, strlen(name) + 1);
	names_bytes += strlen(name) + 1;
	return (uint32_t)at;
}

static void put_symbol(const char *name, uint64_t value, uint64_t size, unsigned bind,
		       unsigned type)
{
	ElfW(Sym) s = {
	    .st_name = put_name(name),
	    .st_info = (unsigned char)ELF64_ST_INFO(bind, type),
	    .st_shndx = TEXT,
	    .st_value = value,
	    .st_size = size,
	};

	put(SYMBOLS_AT + symbols++ * sizeof(s), &s, sizeof(s));
}

static void put_function(const char *name, uint64_t value, uint64_t size)
{
	put_symbol(name, value, size, STB_GLOBAL, STT_FUNC);
}

/* Write the headers, as the test has changed them. */
static void put_headers(void)
{
	sections[STRTAB].sh_size = names_bytes;
	if (sections[SYMTAB].sh_size == 0)
		sections[SYMTAB].sh_size = symbols * sizeof(ElfW(Sym));
	put(0, &head, sizeof(head));
	put(SEGMENTS_AT, segments, sizeof(segments));
	put(SECTIONS_AT, sections, sizeof(sections));
}

static void set_up(void)
{
	fd = memfd_create("elf", MFD_CLOEXEC);
	ck_assert_int_ge(fd, 0);
	memcpy(head.e_ident, ELFMAG, SELFMAG);
	head.e_ident[EI_CLASS] = ELFCLASS64;
	head.e_ident[EI_DATA] = ELFDATA2LSB;
	head.e_phoff = SEGMENTS_AT;
	head.e_phentsize = sizeof(ElfW(Phdr));
	head.e_phnum = 2;
	head.e_shoff = SECTIONS_AT;
	head.e_shentsize = sizeof(ElfW(Shdr));
	head.e_shnum = SECTIONS;
	head.e_shstrndx = STRTAB;
	segments[0] = (ElfW(Phdr)){.p_type = PT_NOTE, .p_offset = NOTES_AT, .p_filesz = 512};
	segments[1] = (ElfW(Phdr)){.p_type = PT_LOAD, .p_vaddr = 0x400000, .p_filesz = 64};
	sections[TEXT] =
	    (ElfW(Shdr)){.sh_type = SHT_PROGBITS, .sh_addr = CODE, .sh_size = CODE_BYTES};
	sections[SYMTAB] = (ElfW(Shdr)){.sh_type = SHT_SYMTAB,
					.sh_offset = SYMBOLS_AT,
					.sh_entsize = sizeof(ElfW(Sym)),
					.sh_link = STRTAB};
	sections[STRTAB] = (ElfW(Shdr)){.sh_type = SHT_STRTAB, .sh_offset = NAMES_AT};
	put_name("");
	put_symbol("", 0, 0, STB_LOCAL, STT_NOTYPE);
}

static struct symbols_wanted wanted[4];
static struct symbols_table table;
static char piece[SYMBOLS_PIECE];

static void scan(enum symbols_kind kind, size_t count, const uint64_t *addresses)
{
	uint64_t position = 0;

	put_headers();
	memset(wanted, 0, sizeof(wanted));
	for (size_t i = 0; i < count; i++)
		wanted[i].address = addresses[i];
	ck_assert(symbols_table(fd, kind, &table));
	while (symbols_scan(fd, &table, &position, piece, wanted, count))
		;
	symbols_finish(fd, &table, wanted, count);
}

static const char *name_of(size_t i)
{
	static char name[64];

	return symbols_name(fd, &table, &wanted[i], name, sizeof(name)) ? name : "(none)";
}

/* Return the name of the function that contains ${address}. */
static const char *function_at(uint64_t address)
{
	scan(SYMBOLS_ALL, 1, &address);
	return name_of(0);
}

START_TEST(finds_the_function_that_contains_an_address)
{
	put_function("second", 0x1010, 0x10);
	put_function("first", 0x1000, 0x10);
	put_function("third", 0x1030, 0x10);
	scan(SYMBOLS_ALL, 4, (uint64_t[]){0xfff, 0x1000, 0x101f, 0x103f});
	ck_assert_str_eq(name_of(0), "(none)");
	ck_assert_str_eq(name_of(1), "first");
	ck_assert_str_eq(name_of(2), "second");
	ck_assert_str_eq(name_of(3), "third");
	ck_assert_str_eq(function_at(0x1020), "(none)");
	ck_assert_str_eq(function_at(0x1040), "(none)");
	ck_assert_str_eq(function_at(UINT64_MAX), "(none)");
}
END_TEST

START_TEST(takes_the_inner_of_two_functions)
{
	put_function("outer", 0x1000, 0x100);
	put_function("inner", 0x1040, 0x10);
	ck_assert_str_eq(function_at(0x1044), "inner");
	ck_assert_str_eq(function_at(0x1050), "outer");
}
END_TEST

START_TEST(takes_functions_only)
{
	put_symbol("data", 0x1000, 0x10, STB_GLOBAL, STT_OBJECT);
	put_symbol("label", 0x1000, 0x10, STB_GLOBAL, STT_NOTYPE);
	put_symbol("resolver", 0x1020, 0x10, STB_GLOBAL, STT_GNU_IFUNC);
	ck_assert_str_eq(function_at(0x1004), "(none)");
	ck_assert_str_eq(function_at(0x1024), "resolver");
}
END_TEST

static const struct {
	const char *names[5];
	const char *best;
} aliases[] = {
    {{"__libc_write", "write", "__write"}, "write"},
    {{"read_all", "read"}, "read"},
    {{"b", "a"}, "a"},
    {{"f@@VERSION_2", "f_internal"}, "f"},
    {{"_f", "__f", "___f", "f_long", "f"}, "f_long"}, /* the fifth is not looked at */
};

START_TEST(chooses_among_aliases)
{
	put_symbol("loc", 0x1000, 0x10, STB_LOCAL, STT_FUNC);
	for (size_t i = 0; i < 5 && aliases[_i].names[i]; i++)
		put_symbol(aliases[_i].names[i], 0x1000, 0x10, i % 2 ? STB_WEAK : STB_GLOBAL,
			   STT_FUNC);
	put_symbol("l", 0x1000, 0x10, STB_LOCAL, STT_FUNC);
	ck_assert_str_eq(function_at(0x1000), aliases[_i].best);
}
END_TEST

START_TEST(bears_a_function_without_a_size)
{
	put_function("bare", 0x1000, 0);
	put_function("sized", 0x1100, 0x10);
	put_function("last", CODE + CODE_BYTES - 0x10, 0);
	ck_assert_str_eq(function_at(0x1000), "bare");
	ck_assert_str_eq(function_at(0x10ff), "bare");
	ck_assert_str_eq(function_at(0x1110), "(none)"); /* behind one with a size */
	ck_assert_str_eq(function_at(CODE + CODE_BYTES - 1), "last");
	ck_assert_str_eq(function_at(CODE + CODE_BYTES), "(none)"); /* in another section */
	scan(SYMBOLS_ALL, 3, (uint64_t[]){0x1010, 0x1020, 0x1108});
	ck_assert_str_eq(name_of(1), "bare");
	ck_assert_str_eq(name_of(2), "sized");
}
END_TEST

/* Between two exported functions there may be static ones. */
START_TEST(does_not_guess_in_a_dynamic_table)
{
	put_function("bare", 0x1000, 0);
	put_function("sized", 0x1100, 0x10);
	sections[SYMTAB].sh_type = SHT_DYNSYM;
	scan(SYMBOLS_DYNAMIC, 2, (uint64_t[]){0x1010, 0x1108});
	ck_assert_str_eq(name_of(0), "(none)");
	ck_assert_str_eq(name_of(1), "sized");
}
END_TEST

START_TEST(scans_in_pieces)
{
	const unsigned count = 3 * SYMBOLS_PIECE / sizeof(ElfW(Sym)) - 5;
	uint64_t position = 0;
	unsigned steps = 1;

	for (unsigned i = 1; i < count; i++)
		put_function("f", CODE + i * 4, 4);
	put_function("last", 0x1000, 4);
	scan(SYMBOLS_ALL, 2, (uint64_t[]){0x1000, 0x1000 + 4096});
	ck_assert_str_eq(name_of(0), "last");
	ck_assert_str_eq(name_of(1), "f");
	while (symbols_scan(fd, &table, &position, piece, wanted, 2))
		steps++;
	ck_assert_uint_eq(steps, 3);
	ck_assert_uint_eq(position, symbols);
}
END_TEST

static void put_note(size_t at, uint32_t name, uint32_t size, uint32_t type, const char *text)
{
	const uint32_t note[] = {name, size, type};

	put(NOTES_AT + at, note, sizeof(note));
	put(NOTES_AT + at + sizeof(note), text, 4);
	put(NOTES_AT + at + sizeof(note) + 4, "0123456789abcdefghijklmnop", 26);
}

static size_t build_id(uint8_t *out)
{
	put_headers();
	return symbols_build_id(fd, out);
}

START_TEST(reads_the_build_id)
{
	uint8_t id[SYMBOLS_ID_BYTES];

	put_note(0, 4, 16, NT_GNU_ABI_TAG, "GNU");
	put_note(32, 4, 8, NT_GNU_BUILD_ID, "GNU");
	ck_assert_uint_eq(build_id(id), 8);
	ck_assert_mem_eq(id, "01234567", 8);
	put_note(32, 4, 26, NT_GNU_BUILD_ID, "GNU"); /* longer ones are cut off */
	ck_assert_uint_eq(build_id(id), SYMBOLS_ID_BYTES);
}
END_TEST

static const struct {
	uint32_t name, size, type;
	const char *text;
} notes[] = {
    {4, 8, NT_GNU_BUILD_ID, "Xen"},
    {5, 8, NT_GNU_BUILD_ID, "GNU"},
    {4, 8, 77, "GNU"},
    {UINT32_MAX, 8, 1, "GNU"},
    {4, UINT32_MAX, 1, "GNU"},
    {UINT32_MAX, UINT32_MAX, 1, "GNU"},
    {4, 0, NT_GNU_BUILD_ID, "GNU"},
    {0, 0, 0, "GNU"},
};

START_TEST(bears_broken_notes)
{
	uint8_t id[SYMBOLS_ID_BYTES];

	put_note(0, notes[_i].name, notes[_i].size, notes[_i].type, notes[_i].text);
	ck_assert_uint_eq(build_id(id), 0);
	/* Behind the end of the segment. */
	put_note(0, 4, 100, 1, "GNU");
	put_note(116, 4, 8, NT_GNU_BUILD_ID, "GNU");
	segments[0].p_filesz = 64;
	ck_assert_uint_eq(build_id(id), 0);
	segments[0].p_offset = UINT64_MAX - 8;
	segments[0].p_filesz = UINT64_MAX;
	ck_assert_uint_eq(build_id(id), 0);
}
END_TEST

START_TEST(reads_the_first_address)
{
	uint64_t address = 0;

	put_headers();
	ck_assert(symbols_first_address(fd, &address));
	ck_assert_uint_eq(address, 0x400000);
	segments[1].p_type = PT_NULL;
	put_headers();
	ck_assert(!symbols_first_address(fd, &address));
}
END_TEST

static const struct {
	const char *link;
	size_t bytes;
	bool is_good;
} links[] = {
    {"a.debug", 12, true}, {"a.debug", 7, false}, {"", 8, false},  {"../a", 8, false},
    {"/a", 8, false},	   {"..", 8, false},	  {"a", 0, false},
};

START_TEST(reads_the_debug_link)
{
	char name[64] = "unchanged";

	put(NOTES_AT, links[_i].link, strlen(links[_i].link) + 1);
	sections[LINK] = (ElfW(Shdr)){.sh_type = SHT_PROGBITS,
				      .sh_name = put_name(".gnu_debuglink"),
				      .sh_offset = NOTES_AT,
				      .sh_size = links[_i].bytes};
	put_headers();
	ck_assert_int_eq(symbols_debuglink(fd, name, sizeof(name)), links[_i].is_good);
	if (links[_i].is_good)
		ck_assert_str_eq(name, links[_i].link);
}
END_TEST

/* Changes after which there is no table, or no name. */
enum change {
	BAD_MAGIC,
	BAD_CLASS,
	BAD_ORDER,
	NO_SECTIONS,
	FAR_SECTIONS,
	BAD_SECTION_SIZE,
	BAD_SYMBOL_SIZE,
	NO_STRINGS,
	WRONG_STRINGS,
	FAR_SYMBOLS,
	FAR_NAMES,
	SHORT_NAMES,
	MANY_SYMBOLS,
	CHANGES
};

static void change(enum change what)
{
	switch (what) {
	case BAD_MAGIC:
		head.e_ident[0] = 'X';
		break;
	case BAD_CLASS:
		head.e_ident[EI_CLASS] = ELFCLASS32;
		break;
	case BAD_ORDER:
		head.e_ident[EI_DATA] = ELFDATA2MSB;
		break;
	case NO_SECTIONS:
		head.e_shoff = 0;
		break;
	case FAR_SECTIONS:
		head.e_shoff = UINT64_MAX - 64;
		break;
	case BAD_SECTION_SIZE:
		head.e_shentsize = 1;
		break;
	case BAD_SYMBOL_SIZE:
		sections[SYMTAB].sh_entsize = 0;
		break;
	case NO_STRINGS:
		sections[SYMTAB].sh_link = 77;
		break;
	case WRONG_STRINGS:
		sections[SYMTAB].sh_link = TEXT;
		break;
	case FAR_SYMBOLS:
		sections[SYMTAB].sh_offset = UINT64_MAX - 48;
		break;
	case FAR_NAMES:
		sections[STRTAB].sh_offset = UINT64_MAX - 8;
		break;
	case SHORT_NAMES:
		names_bytes = 0;
		break;
	case MANY_SYMBOLS:
		sections[SYMTAB].sh_offset = 1 << 20;
		sections[SYMTAB].sh_size = UINT64_MAX;
		break;
	case CHANGES:
		break;
	}
}

START_TEST(bears_a_broken_file)
{
	uint64_t position = 0;

	put_function("f", 0x1000, 0x10);
	change((enum change)_i);
	put_headers();
	memset(wanted, 0, sizeof(wanted));
	wanted[0].address = 0x1004;
	if (!symbols_table(fd, SYMBOLS_ALL, &table))
		return;
	ck_assert_uint_le(table.count, 1 << 24); /* a sparse file is read in seconds */
	while (symbols_scan(fd, &table, &position, piece, wanted, 1))
		;
	symbols_finish(fd, &table, wanted, 1);
	ck_assert_str_eq(name_of(0), "(none)");
}
END_TEST

/* A function that contains all addresses, and one that goes on behind the last. */
START_TEST(bears_sizes_without_sense)
{
	put_function("all", 0, UINT64_MAX);
	put_function("wraps", UINT64_MAX - 4, UINT64_MAX);
	ck_assert_str_eq(function_at(0x1004), "all");
	ck_assert_str_eq(function_at(UINT64_MAX), "wraps");
}
END_TEST

START_TEST(bears_a_file_cut_off_anywhere)
{
	uint8_t id[SYMBOLS_ID_BYTES];
	char name[64];
	uint64_t address;

	put_function("f", 0x1000, 0x10);
	put_headers();
	for (off_t size = SECTIONS_AT + (off_t)sizeof(sections); size >= 0;
	     size -= size > SECTIONS_AT || size < 8192 ? 1 : 1000) {
		uint64_t position = 0;

		ck_assert_int_eq(ftruncate(fd, size), 0);
		symbols_build_id(fd, id);
		symbols_debuglink(fd, name, sizeof(name));
		symbols_first_address(fd, &address);
		memset(wanted, 0, sizeof(wanted));
		wanted[0].address = 0x1004;
		if (!symbols_table(fd, SYMBOLS_ALL, &table))
			continue;
		while (symbols_scan(fd, &table, &position, piece, wanted, 1))
			;
		symbols_finish(fd, &table, wanted, 1);
		name_of(0);
	}
}
END_TEST

static void add(TCase *all)
{
	tcase_add_checked_fixture(all, set_up, NULL);
	tcase_add_test(all, finds_the_function_that_contains_an_address);
	tcase_add_test(all, takes_the_inner_of_two_functions);
	tcase_add_test(all, takes_functions_only);
	tcase_add_loop_test(all, chooses_among_aliases, 0, UNIT_COUNT(aliases));
	tcase_add_test(all, bears_a_function_without_a_size);
	tcase_add_test(all, does_not_guess_in_a_dynamic_table);
	tcase_add_test(all, scans_in_pieces);
	tcase_add_test(all, reads_the_build_id);
	tcase_add_loop_test(all, bears_broken_notes, 0, UNIT_COUNT(notes));
	tcase_add_test(all, reads_the_first_address);
	tcase_add_loop_test(all, reads_the_debug_link, 0, UNIT_COUNT(links));
	tcase_add_loop_test(all, bears_a_broken_file, 0, CHANGES);
	tcase_add_test(all, bears_sizes_without_sense);
	tcase_add_test(all, bears_a_file_cut_off_anywhere);
}

UNIT_MAIN("symbols", add)
