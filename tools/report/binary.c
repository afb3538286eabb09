#include "tools/report/binary.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOTES_MOST 65536
#define HEADERS_MOST 256

static bool read_at(int fd, void *out, size_t n, uint64_t at)
{
	return at <= INT64_MAX && pread(fd, out, n, (off_t)at) == (ssize_t)n;
}

static bool is_ours(const ElfW(Ehdr) * header)
{
	const unsigned char class = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;

	return memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
	       header->e_ident[EI_CLASS] == class && header->e_ident[EI_DATA] == ELFDATA2LSB &&
	       header->e_phentsize == sizeof(ElfW(Phdr)) && header->e_phnum <= HEADERS_MOST;
}

static void keep_id(const unsigned char *id, size_t n, struct binary *out)
{
	for (size_t i = 0; i < n && i < BINARY_ID_BYTES; i++)
		snprintf(out->build_id + 2 * i, 3, "%02x", id[i]);
}

static size_t padded(size_t n)
{
	return (n + 3) & ~(size_t)3;
}

/* Look for the build-id among ${size} bytes of notes. */
static void parse_notes(const unsigned char *notes, size_t size, struct binary *out)
{
	ElfW(Nhdr) note;

	for (size_t at = 0; size - at >= sizeof(note);) {
		size_t name, data;

		memcpy(&note, notes + at, sizeof(note));
		at += sizeof(note);
		name = padded(note.n_namesz);
		data = padded(note.n_descsz);
		if (name > size - at || note.n_descsz > size - at - name)
			return;
		if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof(ELF_NOTE_GNU) &&
		    memcmp(notes + at, ELF_NOTE_GNU, sizeof(ELF_NOTE_GNU)) == 0) {
			keep_id(notes + at + name, note.n_descsz, out);
			return;
		}
		if (data > size - at - name)
			return;
		at += name + data;
	}
}

static void read_notes(int fd, const ElfW(Phdr) * header, struct binary *out)
{
	unsigned char *notes;

	if (out->build_id[0] || header->p_filesz > NOTES_MOST)
		return;
	notes = malloc(header->p_filesz + 1);
	if (notes && read_at(fd, notes, header->p_filesz, header->p_offset))
		parse_notes(notes, header->p_filesz, out);
	free(notes);
}

static void read_header(int fd, const ElfW(Phdr) * header, struct binary *out)
{
	if (header->p_type == PT_NOTE)
		read_notes(fd, header, out);
	if (header->p_type == PT_LOAD && (header->p_flags & PF_X) &&
	    out->segment_count < BINARY_SEGMENTS_MOST)
		out->segments[out->segment_count++] =
		    (struct binary_segment){header->p_vaddr, header->p_offset, header->p_memsz};
}

static bool read_open(int fd, struct binary *out)
{
	ElfW(Ehdr) file;
	struct stat stat;

	if (fstat(fd, &stat) || !S_ISREG(stat.st_mode) || !read_at(fd, &file, sizeof(file), 0) ||
	    !is_ours(&file))
		return false;
	out->is_fixed = file.e_type == ET_EXEC;
	for (size_t i = 0; i < file.e_phnum; i++) {
		ElfW(Phdr) header;

		if (!read_at(fd, &header, sizeof(header), file.e_phoff + i * sizeof(header)))
			return false;
		read_header(fd, &header, out);
	}
	return true;
}

bool binary_read(const char *path, struct binary *out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	bool done;

	*out = (struct binary){.build_id = ""};
	if (fd < 0)
		return false;
	done = read_open(fd, out);
	close(fd);
	return done;
}
