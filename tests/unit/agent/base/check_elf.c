#include "agent/base/elf.h"

#include <sys/mman.h>
#include <unistd.h>

#include "tests/unit/unit.h"

enum { NOTES_AT = 128, TYPE = 3 };

static unsigned char image[512];
static size_t image_bytes, segment_end; /* 0: the end of the image */
static int fd;

static void open_image(void)
{
	ElfW(Ehdr) head = {.e_phentsize = sizeof(ElfW(Phdr)), .e_phnum = 1, .e_phoff = 64};
	ElfW(Phdr) segment = {.p_type = PT_NOTE, .p_offset = NOTES_AT, .p_filesz = 0};

	memset(image, 0, sizeof(image));
	memcpy(head.e_ident, ELFMAG, SELFMAG);
	head.e_ident[EI_CLASS] = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;
	head.e_ident[EI_DATA] = ELFDATA2LSB;
	memcpy(image, &head, sizeof(head));
	memcpy(image + 64, &segment, sizeof(segment));
	image_bytes = NOTES_AT;
	segment_end = 0;
	fd = memfd_create("image", MFD_CLOEXEC);
	ck_assert_int_ge(fd, 0);
}

static void close_image(void)
{
	close(fd);
}

static void add_note(const char *name, uint32_t type, uint32_t size)
{
	const uint32_t head[] = {(uint32_t)strlen(name) + 1, size, type};

	memcpy(image + image_bytes, head, sizeof(head));
	memcpy(image + image_bytes + sizeof(head), name, head[0]);
	image_bytes += sizeof(head) + (head[0] + 3) / 4 * 4 + (size + 3) / 4 * 4;
}

/* Write the first ${n} bytes of the image.  Return whether it has the note "GNU". */
static bool find(size_t n, uint64_t *at, size_t *size)
{
	ElfW(Ehdr) head;
	ElfW(Phdr) segment = {.p_type = PT_NOTE};

	segment.p_filesz = (segment_end ? segment_end : image_bytes) - NOTES_AT;
	memcpy(image + 64 + offsetof(ElfW(Phdr), p_filesz), &segment.p_filesz,
	       sizeof(segment.p_filesz));
	ck_assert_int_eq(ftruncate(fd, 0), 0);
	ck_assert_int_eq(pwrite(fd, image, n, 0), (ssize_t)n);
	return elf_read_head(fd, &head) && elf_read_segment(fd, &head, 0, &segment) &&
	       elf_find_note(fd, &segment, "GNU", TYPE, at, size);
}

START_TEST(finds_a_note_behind_others)
{
	uint64_t at;
	size_t size;

	add_note("GNU", TYPE + 1, 5); /* another type, and a size that is rounded up */
	add_note("Android", TYPE, 0);
	add_note("Xen", TYPE, 4);
	add_note("GNU", TYPE, 20);
	ck_assert(find(image_bytes, &at, &size));
	ck_assert_uint_eq(at, image_bytes - 20);
	ck_assert_uint_eq(size, 20);
}
END_TEST

START_TEST(finds_no_note_that_is_not_there)
{
	uint64_t at;
	size_t size;

	add_note("GNU", TYPE + 1, 20);
	add_note("Go\0", TYPE, 20);
	ck_assert(!find(image_bytes, &at, &size));
}
END_TEST

START_TEST(stops_at_the_end_of_the_segment)
{
	uint64_t at;
	size_t size, end;

	add_note("Xen", TYPE, 4);
	end = image_bytes;
	add_note("GNU", TYPE, 4);
	ck_assert(find(image_bytes, &at, &size));
	segment_end = end;
	ck_assert(!find(image_bytes, &at, &size));
}
END_TEST

START_TEST(takes_a_file_of_any_length)
{
	uint64_t at;
	size_t size;

	add_note("GNU", TYPE, 4);
	for (size_t n = 0; n < image_bytes - 4; n++)
		ck_assert(!find(n, &at, &size));
	ck_assert(find(image_bytes - 4, &at, &size));
}
END_TEST

START_TEST(refuses_another_width_and_order)
{
	ElfW(Ehdr) head;

	image[EI_CLASS] = ELFCLASSNONE;
	ck_assert_int_eq(pwrite(fd, image, NOTES_AT, 0), NOTES_AT);
	ck_assert(!elf_read_head(fd, &head));
	image[EI_CLASS] = ELFCLASS64;
	image[EI_DATA] = ELFDATA2MSB;
	ck_assert_int_eq(pwrite(fd, image, NOTES_AT, 0), NOTES_AT);
	ck_assert(!elf_read_head(fd, &head));
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_checked_fixture(all, open_image, close_image);
	tcase_add_test(all, finds_a_note_behind_others);
	tcase_add_test(all, finds_no_note_that_is_not_there);
	tcase_add_test(all, stops_at_the_end_of_the_segment);
	tcase_add_test(all, takes_a_file_of_any_length);
	tcase_add_test(all, refuses_another_width_and_order);
}

UNIT_MAIN("elf", add_tests)
