#include "tools/run/elf_file.h"

#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/unit.h"

/* A file in memory. */
static struct image {
	unsigned char bytes[4096];
	size_t size;
} image;

/* Return a descriptor of the image. */
static int open_image(void)
{
	int fd = memfd_create("image", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, image.bytes, image.size), (ssize_t)image.size);
	return fd;
}

enum { SEGMENTS_AT = 64, INTERP_AT = 512, DYNAMIC_AT = 1024, NOTE_AT = 1536, NAMES_AT = 2048 };
enum { ADDRESS = 0x400000 };

static void put(size_t at, const void *bytes, size_t n)
{
	memcpy(image.bytes + at, bytes, n);
}

static void put_segment(unsigned i, uint32_t type, uint64_t at, uint64_t size)
{
	ElfW(Phdr)
	    segment = {.p_type = type, .p_offset = at, .p_vaddr = ADDRESS + at, .p_filesz = size};

	put(SEGMENTS_AT + i * sizeof(segment), &segment, sizeof(segment));
}

static void put_head(uint16_t segments)
{
	ElfW(Ehdr) head = {
	    .e_machine = EM_X86_64,
	    .e_phoff = SEGMENTS_AT,
	    .e_phentsize = sizeof(ElfW(Phdr)),
	    .e_phnum = segments,
	};

	memcpy(head.e_ident, ELFMAG, SELFMAG);
	head.e_ident[EI_CLASS] = ELFCLASS64;
	head.e_ident[EI_DATA] = ELFDATA2LSB;
	memset(&image, 0, sizeof(image));
	image.size = sizeof(image.bytes);
	put(0, &head, sizeof(head));
}

/* A dynamic program that needs libc and ${library}. */
static void put_dynamic(const char *library)
{
	const char loader[] = "/lib/ld.so";
	const ElfW(Dyn) entries[] = {
	    {.d_tag = DT_NEEDED, .d_un.d_val = 1},
	    {.d_tag = DT_NEEDED, .d_un.d_val = 16},
	    {.d_tag = DT_STRTAB, .d_un.d_val = ADDRESS + NAMES_AT},
	    {.d_tag = DT_NULL},
	    {.d_tag = DT_NEEDED, .d_un.d_val = 1}, /* past the end */
	};

	put_head(3);
	put_segment(0, PT_LOAD, 0, sizeof(image.bytes));
	put_segment(1, PT_INTERP, INTERP_AT, sizeof(loader));
	put_segment(2, PT_DYNAMIC, DYNAMIC_AT, sizeof(entries));
	put(INTERP_AT, loader, sizeof(loader));
	put(DYNAMIC_AT, entries, sizeof(entries));
	put(NAMES_AT + 1, "libc.so.6", 10);
	put(NAMES_AT + 16, library, strlen(library) + 1);
}

static struct elf_facts read_facts(void)
{
	struct elf_facts facts;
	int fd = open_image();

	elf_facts(fd, &facts);
	close(fd);
	return facts;
}

static bool read_machine(struct elf_machine *out)
{
	int fd = open_image();
	bool is_elf = elf_machine(fd, out);

	close(fd);
	return is_elf;
}

START_TEST(tells_a_dynamic_program)
{
	struct elf_facts facts;

	put_dynamic("libm.so.6");
	facts = read_facts();
	ck_assert_str_eq(facts.loader, "/lib/ld.so");
	ck_assert_uint_eq(facts.needed, 2);
	ck_assert_str_eq(facts.runtime, "");
	ck_assert(!facts.is_go);
}
END_TEST

START_TEST(tells_a_static_program)
{
	struct elf_facts facts;

	put_head(1);
	put_segment(0, PT_LOAD, 0, sizeof(image.bytes));
	facts = read_facts();
	ck_assert_str_eq(facts.loader, "");
	ck_assert_uint_eq(facts.needed, 0);
}
END_TEST

static const struct {
	const char *library, *sanitizer;
} libraries[] = {
    {"libasan.so.8", "AddressSanitizer"},
    {"libclang_rt.asan-x86_64.so", "AddressSanitizer"},
    {"libclang_rt.asan.so", "AddressSanitizer"},
    {"libtsan.so.2", "ThreadSanitizer"},
    {"libclang_rt.tsan-x86_64.so", "ThreadSanitizer"},
    {"liblsan.so.0", "LeakSanitizer"},
    {"libhwasan.so.0", "HWAddressSanitizer"},
    {"libclang_rt.hwasan-aarch64.so", "HWAddressSanitizer"},
    {"libubsan.so.1", NULL},
    {"libclang_rt.ubsan_standalone-x86_64.so", NULL},
    {"libasanother.so", NULL},
    {"libc.so.6", NULL},
};

START_TEST(tells_a_sanitizer)
{
	const char *name = elf_is_sanitizer(libraries[_i].library);

	ck_assert_pstr_eq(name, libraries[_i].sanitizer);
	put_dynamic(libraries[_i].library);
	ck_assert_str_eq(read_facts().runtime, name ? libraries[_i].library : "");
}
END_TEST

START_TEST(tells_a_go_program)
{
	const uint32_t note[] = {4, 8, 4};

	put_head(1);
	put_segment(0, PT_NOTE, NOTE_AT, 64);
	put(NOTE_AT, note, sizeof(note));
	put(NOTE_AT + sizeof(note), "Go\0", 4);
	ck_assert(read_facts().is_go);
	image.bytes[NOTE_AT + sizeof(note)] = 'X';
	ck_assert(!read_facts().is_go);
	/* The second of two. */
	put(NOTE_AT + 24, note, sizeof(note));
	put(NOTE_AT + 24 + sizeof(note), "Go\0", 4);
	ck_assert(read_facts().is_go);
}
END_TEST

/* A file of any length gets an answer. */
START_TEST(takes_a_file_of_any_length)
{
	put_dynamic("libasan.so.8");
	for (size_t n = sizeof(image.bytes); n > 0; n--) {
		struct elf_machine machine;

		image.size = n - 1;
		(void)read_machine(&machine);
		read_facts();
	}
}
END_TEST

START_TEST(takes_a_loader_without_an_end)
{
	put_dynamic("libm.so.6");
	memset(image.bytes + INTERP_AT, 'x', 400);
	ck_assert_str_eq(read_facts().loader, "");
}
END_TEST

START_TEST(does_not_read_names_that_are_nowhere)
{
	const uint64_t nowhere = UINT64_MAX - 3;

	put_dynamic("libasan.so.8");
	put(DYNAMIC_AT + 2 * sizeof(ElfW(Dyn)) + sizeof(uint64_t), &nowhere, sizeof(nowhere));
	ck_assert_str_eq(read_facts().runtime, "");
	ck_assert_uint_eq(read_facts().needed, 2);
}
END_TEST

static const struct {
	struct elf_machine machine;
	const char *name;
} machines[] = {
    {{ELFCLASS64, ELFDATA2LSB, EM_X86_64}, "64-bit x86-64"},
    {{ELFCLASS32, ELFDATA2LSB, EM_X86_64}, "32-bit x86-64"},
    {{ELFCLASS64, ELFDATA2MSB, EM_S390}, "64-bit S/390"},
    {{ELFCLASS64, ELFDATA2LSB, 254}, "64-bit machine 254"},
};

START_TEST(names_the_machine)
{
	struct elf_machine read;
	const unsigned char low = (unsigned char)machines[_i].machine.machine;
	const unsigned char high = (unsigned char)(machines[_i].machine.machine >> 8);
	bool is_big = machines[_i].machine.order == ELFDATA2MSB;
	char name[64];

	put_head(0);
	image.bytes[EI_CLASS] = machines[_i].machine.width;
	image.bytes[EI_DATA] = machines[_i].machine.order;
	image.bytes[18] = is_big ? high : low;
	image.bytes[19] = is_big ? low : high;
	ck_assert(read_machine(&read));
	ck_assert(elf_machine_equal(&read, &machines[_i].machine));
	elf_machine_name(&read, name, sizeof(name));
	ck_assert_str_eq(name, machines[_i].name);
}
END_TEST

START_TEST(tells_what_is_not_elf)
{
	struct elf_machine machine;

	put_head(0);
	image.bytes[1] = 'X';
	ck_assert(!read_machine(&machine));
	put_head(0);
	image.size = 19;
	ck_assert(!read_machine(&machine));
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, tells_a_dynamic_program);
	tcase_add_test(all, tells_a_static_program);
	tcase_add_loop_test(all, tells_a_sanitizer, 0, UNIT_COUNT(libraries));
	tcase_add_test(all, tells_a_go_program);
	tcase_add_test(all, takes_a_file_of_any_length);
	tcase_add_test(all, takes_a_loader_without_an_end);
	tcase_add_test(all, does_not_read_names_that_are_nowhere);
	tcase_add_loop_test(all, names_the_machine, 0, UNIT_COUNT(machines));
	tcase_add_test(all, tells_what_is_not_elf);
}

UNIT_MAIN("elf_file", add_tests)
