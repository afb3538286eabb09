#include "agent/guest/resident.h"

#include <fcntl.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define IN_MEMORY ((uint64_t)1 << 63)
#define FROM_FILE ((uint64_t)1 << 61)
#define BATCH 256 /* pages */

struct dropping {
	int objects; /* still to be skipped */
	int pagemap;
	uintptr_t page_bytes;
};

static int count_object(struct dl_phdr_info *object, size_t size, void *count)
{
	(void)object;
	(void)size;
	++*(int *)count;
	return 0;
}

int resident_objects(void)
{
	int count = 0;

	dl_iterate_phdr(count_object, &count);
	return count;
}

static bool is_droppable(uint64_t page)
{
	return (page & (IN_MEMORY | FROM_FILE)) == (IN_MEMORY | FROM_FILE);
}

/* Drop the unchanged ones of the ${count} pages from ${begin} on. */
static void drop_pages(const struct dropping *s, uintptr_t begin, size_t count)
{
	uint64_t pages[BATCH];
	size_t size = count * sizeof(pages[0]);
	size_t first = 0, end;

	if (pread(s->pagemap, pages, size, (off_t)(begin / s->page_bytes * sizeof(pages[0]))) !=
	    (ssize_t)size)
		return;
	for (; first < count; first = end) {
		end = first + 1;
		if (!is_droppable(pages[first]))
			continue;
		while (end < count && is_droppable(pages[end]))
			end++;
		/* NOLINTNEXTLINE(performance-no-int-to-ptr): a place in a mapping */
		madvise((void *)(begin + first * s->page_bytes), (end - first) * s->page_bytes,
			MADV_DONTNEED);
	}
}

static void drop_part(const struct dropping *s, uintptr_t begin, uintptr_t end)
{
	size_t left;

	begin -= begin % s->page_bytes;
	left = (end - begin + s->page_bytes - 1) / s->page_bytes;
	while (left > 0) {
		size_t count = left < BATCH ? left : BATCH;

		drop_pages(s, begin, count);
		begin += count * s->page_bytes;
		left -= count;
	}
}

static int drop_object(struct dl_phdr_info *object, size_t size, void *arg)
{
	struct dropping *s = arg;

	(void)size;
	if (s->objects > 0) {
		s->objects--;
		return 0;
	}
	for (unsigned i = 0; i < object->dlpi_phnum; i++) {
		const ElfW(Phdr) *part = &object->dlpi_phdr[i];
		uintptr_t begin = object->dlpi_addr + part->p_vaddr;

		/* Skip writable segments: a page could be written to in the meantime. */
		if (part->p_type == PT_LOAD && !(part->p_flags & PF_W))
			drop_part(s, begin, begin + part->p_memsz);
	}
	return 0;
}

void resident_drop(int objects)
{
	struct dropping s = {.objects = objects, .page_bytes = (uintptr_t)getpagesize()};

	if (resident_objects() <= objects)
		return;
	s.pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	if (s.pagemap < 0)
		return;
	dl_iterate_phdr(drop_object, &s);
	close(s.pagemap);
}
