/*
 * A program takes the unwind table of a library away, forbids to read it, or overwrites it. Samples
 * of what the library allocates do no harm.  Each child does one of these.
 */
#include <dlfcn.h>
#include <link.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "expect.h"

#define PAGE ((uintptr_t)4096)
#define CALLS 500
#define SIZE ((size_t)1 << 20)

typedef void *make(unsigned i, size_t size);

/* Of the library. */
static make *many_make;
static uintptr_t bias;

/* The whole pages of the table, from the second one on: the first has code or its header. */
static char *pages;
static size_t pages_bytes;

/* Note where the table is that begins with .eh_frame_hdr, up to the end of its segment. */
static int find_table(struct dl_phdr_info *info, size_t size, void *unused)
{
	uintptr_t header = 0, end = 0;

	(void)size;
	(void)unused;
	if (info->dlpi_addr != bias)
		return 0;
	for (size_t i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_GNU_EH_FRAME)
			header = info->dlpi_phdr[i].p_vaddr;
	for (size_t i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_LOAD &&
		    header - info->dlpi_phdr[i].p_vaddr < info->dlpi_phdr[i].p_filesz)
			end = info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_filesz;
	header = (header + PAGE) & -PAGE;
	pages = (char *)(bias + header);
	pages_bytes = (end & -PAGE) - header;
	return 1;
}

static void load(void)
{
	void *library = dlopen("libmany.so", RTLD_NOW);
	const struct link_map *map = NULL;

	CHECK(library);
	many_make = (make *)(uintptr_t)dlsym(library, "many_make");
	CHECK(many_make && dlinfo(library, RTLD_DI_LINKMAP, &map) == 0);
	bias = map->l_addr;
	dl_iterate_phdr(find_table, NULL);
	CHECK(pages_bytes >= 2 * PAGE && pages_bytes < 64 * PAGE);
}

static void take_away(void)
{
	CHECK(munmap(pages, pages_bytes) == 0);
}

static void forbid(void)
{
	CHECK(mprotect(pages, pages_bytes, PROT_NONE) == 0);
}

static void overwrite(void)
{
	uint32_t random = 1;

	CHECK(mprotect(pages, pages_bytes, PROT_READ | PROT_WRITE) == 0);
	for (size_t i = 0; i < pages_bytes; i++) {
		random = random * 1103515245 + 12345;
		pages[i] = (char)(random >> 16);
	}
}

static void run(void (*change)(void))
{
	pid_t child = fork();

	CHECK(child >= 0);
	if (child == 0) {
		change();
		for (unsigned i = 0; i < CALLS; i++)
			free(many_make(i, SIZE));
		expect("sites_sampled", ">=", 10);
		expect("sites_truncated", ">=", 1);
		exit(0);
	}
	expect_child(child);
}

int main(void)
{
	load();
	run(take_away);
	run(forbid);
	run(overwrite);
	return 0;
}
