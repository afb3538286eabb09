#include "shim/sites/image.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/auxv.h>

/* Weak: older versions of libc lack it.  It takes no lock. */
#pragma weak _dl_find_object

#define PAGE 4096  /* the smallest */
#define NOTES 4096 /* more of a segment of notes is not read */

/* NOLINTBEGIN(performance-no-int-to-ptr): ELF has addresses as integers */
static const uint8_t *pointer(uintptr_t address)
{
	return (const uint8_t *)address;
}
/* NOLINTEND(performance-no-int-to-ptr) */

/* Read the ELF header at the object's start. */
static bool read_header(struct image *image)
{
	const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)pointer(image->start);

	if (image->start % PAGE || image->end - image->start < PAGE ||
	    !readable_bytes(image->readable, image->start, PAGE) ||
	    memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
	    header->e_phentsize != sizeof(ElfW(Phdr)) || header->e_phoff % sizeof(uintptr_t) ||
	    header->e_phoff > PAGE ||
	    header->e_phnum > (PAGE - header->e_phoff) / sizeof(ElfW(Phdr)))
		return false;
	image->segments = (const ElfW(Phdr) *)pointer(image->start + header->e_phoff);
	image->count = header->e_phnum;
	return true;
}

/* If an executable has gaps between its segments, _dl_find_object returns one segment only. */
static bool read_auxiliary(struct image *image)
{
	image->segments = (const ElfW(Phdr) *)pointer(getauxval(AT_PHDR));
	image->count = image->segments ? getauxval(AT_PHNUM) : 0;
	if (!readable_bytes(image->readable, (uintptr_t)image->segments,
			    image->count * sizeof(*image->segments)))
		return false;
	for (size_t i = 0; i < image->count; i++) {
		const ElfW(Phdr) *segment = &image->segments[i];
		uintptr_t start = segment->p_vaddr + image->bias;

		if (segment->p_type != PT_LOAD)
			continue;
		if (start < image->start)
			image->start = start;
		if (start + segment->p_memsz > image->end)
			image->end = start + segment->p_memsz;
	}
	return image->count > 0;
}

bool image_can_find(void)
{
	return _dl_find_object != NULL;
}

bool image_find(struct image *image, uintptr_t address)
{
	struct dl_find_object found;

	/* NOLINTNEXTLINE(performance-no-int-to-ptr): any number is allowed */
	if (!image_can_find() || _dl_find_object((void *)address, &found) != 0)
		return false;
	*image = (struct image){
	    .start = (uintptr_t)found.dlfo_map_start,
	    .end = (uintptr_t)found.dlfo_map_end,
	    .link_map = found.dlfo_link_map,
	    .unwind_table = (uintptr_t)found.dlfo_eh_frame,
	};
	return true;
}

bool image_open(struct image *image, struct readable *readable)
{
	image->readable = readable;
	image->bias = image->link_map->l_addr;
	return image->link_map->l_name[0] ? read_header(image) : read_auxiliary(image);
}

static struct bytes no_bytes(void)
{
	static const uint8_t nothing[1];

	return (struct bytes){nothing, nothing};
}

struct bytes image_bytes(const struct image *image, uintptr_t address, size_t size)
{
	for (size_t i = 0; i < image->count; i++) {
		const ElfW(Phdr) *segment = &image->segments[i];
		uintptr_t start = segment->p_vaddr + image->bias;

		/* p_filesz: pages beyond the end of the file may not exist. */
		if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_R) ||
		    address - start >= segment->p_filesz || start < image->start ||
		    start >= image->end || segment->p_filesz > image->end - start)
			continue;
		if (size > segment->p_filesz - (address - start))
			size = segment->p_filesz - (address - start);
		if (readable_bytes(image->readable, address, size))
			return (struct bytes){pointer(address), pointer(address + size)};
		break;
	}
	return no_bytes();
}

/* Return the rest of ${b} after ${n} bytes, rounded up to the alignment of notes. */
static struct bytes skip(struct bytes b, size_t n)
{
	size_t left = (size_t)(b.end - b.at);

	n = n < left ? (n + 3) & ~(size_t)3 : left;
	b.at += n < left ? n : left;
	return b;
}

static struct bytes find_note(struct bytes b)
{
	ElfW(Nhdr) note;

	while ((size_t)(b.end - b.at) > sizeof(note)) {
		struct bytes name, value;

		memcpy(&note, b.at, sizeof(note));
		name = skip(b, sizeof(note));
		value = skip(name, note.n_namesz);
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 &&
		    value.at - name.at == 4 && memcmp(name.at, "GNU", 4) == 0 &&
		    note.n_descsz <= (size_t)(value.end - value.at))
			return (struct bytes){value.at, value.at + note.n_descsz};
		b = skip(value, note.n_descsz);
	}
	return no_bytes();
}

struct bytes image_build_id(const struct image *image)
{
	for (size_t i = 0; i < image->count; i++) {
		const ElfW(Phdr) *segment = &image->segments[i];
		size_t size = segment->p_filesz < NOTES ? segment->p_filesz : NOTES;
		struct bytes found;

		if (segment->p_type != PT_NOTE)
			continue;
		found = find_note(image_bytes(image, segment->p_vaddr + image->bias, size));
		if (found.at != found.end)
			return found;
	}
	return no_bytes();
}
