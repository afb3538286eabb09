#include "agent/base/elf.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define MAX_SEGMENTS 512
#define MAX_NOTES 64

#define CLASS (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)
#define ORDER (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? ELFDATA2LSB : ELFDATA2MSB)

size_t elf_read_some(int fd, uint64_t at, void *out, size_t n)
{
	size_t done = 0;

	if (at > INT64_MAX - n)
		return 0;
	while (done < n) {
		ssize_t got = pread(fd, (char *)out + done, n - done, (off_t)(at + done));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		done += (size_t)got;
	}
	return done;
}

bool elf_read(int fd, uint64_t at, void *out, size_t n)
{
	return elf_read_some(fd, at, out, n) == n;
}

bool elf_read_head(int fd, ElfW(Ehdr) * head)
{
	return elf_read(fd, 0, head, sizeof(*head)) &&
	       memcmp(head->e_ident, ELFMAG, SELFMAG) == 0 && head->e_ident[EI_CLASS] == CLASS &&
	       head->e_ident[EI_DATA] == ORDER;
}

bool elf_read_segment(int fd, const ElfW(Ehdr) * head, unsigned i, ElfW(Phdr) * out)
{
	return i < head->e_phnum && i < MAX_SEGMENTS && head->e_phentsize == sizeof(*out) &&
	       elf_read(fd, head->e_phoff + i * sizeof(*out), out, sizeof(*out));
}

static uint64_t round_up(uint64_t n)
{
	return (n + 3) & ~UINT64_C(3);
}

bool elf_find_note(int fd, const ElfW(Phdr) * segment, const char name[4], uint32_t type,
		   uint64_t *at, size_t *size)
{
	uint64_t next = segment->p_offset, left = segment->p_filesz;
	struct {
		ElfW(Nhdr) head;
		char name[4];
	} note;

	for (int i = 0; i < MAX_NOTES && left > sizeof(note.head); i++) {
		uint64_t bytes;

		if (!elf_read(fd, next, &note.head, sizeof(note.head)))
			return false;
		bytes =
		    sizeof(note.head) + round_up(note.head.n_namesz) + round_up(note.head.n_descsz);
		if (note.head.n_type == type && note.head.n_namesz == sizeof(note.name) &&
		    elf_read(fd, next, &note, sizeof(note)) &&
		    memcmp(note.name, name, sizeof(note.name)) == 0) {
			*at = next + sizeof(note);
			*size = note.head.n_descsz;
			return true;
		}
		if (bytes > left)
			return false;
		next += bytes;
		left -= bytes;
	}
	return false;
}
