#ifndef MEMAGENT_ELF_H
#define MEMAGENT_ELF_H
/*
 * elf: reads the parts of an ELF file of this program's own width and byte order.
 *
 * The file may be hostile, and may change while it is read.  It is read with pread, never mapped:
 * a truncated file gives a failed read, not SIGBUS.
 *
 * Layer    agent, leaf.
 * Threads  no shared state; callable from any thread.
 * Memory   never allocates.
 * Source   elf(5).
 */
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Read up to ${n} bytes at ${at}; fewer only at the end of the file.  Return how many, or 0. */
size_t elf_read_some(int fd, uint64_t at, void *out, size_t n);

/* Read ${n} bytes at ${at}.  Return false if the file has fewer. */
bool elf_read(int fd, uint64_t at, void *out, size_t n);

/* Read the header.  Return false if the file is not such an ELF file. */
bool elf_read_head(int fd, ElfW(Ehdr) * head);

/* Read the program header ${i}.  Return false behind the last one, or if it cannot be read. */
bool elf_read_segment(int fd, const ElfW(Ehdr) * head, unsigned i, ElfW(Phdr) * out);

/*
 * elf_find_note(fd, segment, name, type, at, size):
 * Find the first note with ${type} and ${name}, of 4 bytes with its NUL, in a segment of notes.
 * Set the position and size of its descriptor.  Return false if there is none.
 */
bool elf_find_note(int fd, const ElfW(Phdr) * segment, const char name[4], uint32_t type,
		   uint64_t *at, size_t *size);

#endif
