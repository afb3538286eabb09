/*
 * Loaded objects: whatever an object has in memory, there is an answer, and only the object is
 * read.
 *
 * runs: 30000
 * longest: 4096
 * input: the object; one more reading takes all of it as an unwind table
 */
#include "shim/sites/cfi.h"

#include "shim/sites/image.h"
#include "tests/fuzz/fuzz.h"

#define PAGE 4096

static void check_rules(const struct image *image, uintptr_t header)
{
	for (uintptr_t at = image->start; at < image->end + 2 * PAGE; at += 97) {
		rule r = cfi_rule(image, header, at);

		CHECK(r && rule_kind(r) <= RULE_BAD && rule_object(r) == 0);
		CHECK(rule_cfa(r) % 8 == 0 && rule_fp(r) % 8 == 0 && rule_ra(r) % 8 == 0);
	}
}

static void check_bytes(struct bytes b, const struct image *image)
{
	CHECK(b.at <= b.end);
	CHECK(b.at == b.end || ((uintptr_t)b.at >= image->start && (uintptr_t)b.end <= image->end));
}

/* The copy ends where it may no longer be read, and begins at a page. */
static void check_object(const uint8_t *object, size_t size)
{
	struct readable readable = {{0}};
	struct link_map map = {.l_addr = (uintptr_t)object, .l_name = (char *)(uintptr_t) "fuzz"};
	struct image image = {.start = (uintptr_t)object,
			      .end = (uintptr_t)object + size,
			      .link_map = &map};

	if (!image_open(&image, &readable))
		return;
	check_bytes(image_build_id(&image), &image);
	for (size_t i = 0; i < image.count; i++) {
		uintptr_t at = image.segments[i].p_vaddr + image.bias;

		check_bytes(image_bytes(&image, at, image.segments[i].p_filesz), &image);
		if (image.segments[i].p_type == PT_GNU_EH_FRAME)
			check_rules(&image, at);
	}
}

static void check_table(const uint8_t *table, size_t size)
{
	ElfW(Phdr) segment = {.p_type = PT_LOAD, .p_flags = PF_R, .p_filesz = size};
	struct readable readable = {{0}};
	struct image image = {
	    .start = (uintptr_t)table,
	    .end = (uintptr_t)table + size,
	    .bias = (uintptr_t)table,
	    .segments = &segment,
	    .count = 1,
	    .readable = &readable,
	};

	check_rules(&image, image.start);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size + 1), *pages = NULL;

	CHECK(copy);
	memcpy(copy, data, size);
	check_table(copy, size);
	free(copy);
	/* A page is all that the ELF header needs. */
	CHECK(posix_memalign((void **)&pages, PAGE, size < PAGE ? PAGE : size) == 0);
	memset(pages, 0, size < PAGE ? PAGE : size);
	memcpy(pages, data, size);
	check_object(pages, size < PAGE ? PAGE : size);
	free(pages);
	return 0;
}
