#ifndef MEMAGENT_ELF_FILE_H
#define MEMAGENT_ELF_FILE_H
/*
 * elf_file: reads an executable file: its machine, its dynamic linker, the libraries it needs.
 *
 * Layer    tools/run; needs elf.  The file may be damaged.
 * Memory   never allocates.
 * Source   elf(5), <elf.h>; for Go's note cmd/link/internal/ld/elf.go (ELF_NOTE_GOBUILDID_TAG).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct elf_machine {
	unsigned char width; /* ELFCLASS32 or ELFCLASS64 */
	unsigned char order; /* ELFDATA2LSB or ELFDATA2MSB */
	uint16_t machine;    /* EM_* */
};

struct elf_facts {
	char loader[256]; /* the dynamic linker; "" if none */
	unsigned needed;  /* number of libraries that it needs */
	char runtime[64]; /* the sanitizer's run-time that must come first; "" if none */
	bool is_go;	  /* made by Go's linker */
};

/* Fill ${out}.  Return false if the file is not ELF. */
bool elf_machine(int fd, struct elf_machine *out);

bool elf_machine_equal(const struct elf_machine *a, const struct elf_machine *b);

/* Write a name like "64-bit AArch64" to ${out} of ${size} bytes. */
void elf_machine_name(const struct elf_machine *machine, char *out, size_t size);

/*
 * elf_facts(fd, out):
 * Fill ${out} from an ELF file of this program's own width and byte order.  Damaged parts count as
 * absent.
 */
void elf_facts(int fd, struct elf_facts *out);

/*
 * elf_is_sanitizer(library):
 * Return the sanitizer whose run-time has the file name ${library}, if it ends programs in which
 * another library is loaded first; else NULL.
 */
const char *elf_is_sanitizer(const char *library);

#endif
