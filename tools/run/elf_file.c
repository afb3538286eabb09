#include "tools/run/elf_file.h"

#include <stdio.h>
#include <string.h>

#include "agent/base/elf.h"

#define DYNAMIC_MOST 4096
#define GO_BUILD_ID 4 /* type of the note */

bool elf_machine(int fd, struct elf_machine *out)
{
	unsigned char head[20]; /* the header up to e_machine, the same for both widths */
	const unsigned char *machine = head + 18;

	if (!elf_read(fd, 0, head, sizeof(head)) || memcmp(head, ELFMAG, SELFMAG) != 0)
		return false;
	out->width = head[EI_CLASS];
	out->order = head[EI_DATA];
	out->machine = (uint16_t)(out->order == ELFDATA2MSB ? machine[0] << 8 | machine[1]
							    : machine[1] << 8 | machine[0]);
	return true;
}

bool elf_machine_equal(const struct elf_machine *a, const struct elf_machine *b)
{
	return a->width == b->width && a->order == b->order && a->machine == b->machine;
}

void elf_machine_name(const struct elf_machine *machine, char *out, size_t size)
{
	static const struct {
		uint16_t machine;
		const char *name;
	} names[] = {
	    {EM_386, "i386"},	   {EM_MIPS, "MIPS"},	    {EM_PPC, "PowerPC"},
	    {EM_PPC64, "PowerPC"}, {EM_S390, "S/390"},	    {EM_ARM, "ARM"},
	    {EM_X86_64, "x86-64"}, {EM_AARCH64, "AArch64"}, {EM_RISCV, "RISC-V"},
	    {258, "LoongArch"}, /* EM_LOONGARCH, of glibc 2.36 */
	};
	unsigned bits = machine->width == ELFCLASS32 ? 32 : 64;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].machine == machine->machine) {
			snprintf(out, size, "%u-bit %s", bits, names[i].name);
			return;
		}
	}
	snprintf(out, size, "%u-bit machine %u", bits, machine->machine);
}

const char *elf_is_sanitizer(const char *library)
{
	static const struct {
		const char *start;
		const char *name;
	} sanitizers[] = {
	    {"libasan.so", "AddressSanitizer"},
	    {"libclang_rt.asan", "AddressSanitizer"},
	    {"libtsan.so", "ThreadSanitizer"},
	    {"libclang_rt.tsan", "ThreadSanitizer"},
	    {"liblsan.so", "LeakSanitizer"},
	    {"libhwasan.so", "HWAddressSanitizer"},
	    {"libclang_rt.hwasan", "HWAddressSanitizer"},
	};

	for (size_t i = 0; i < sizeof(sanitizers) / sizeof(sanitizers[0]); i++)
		if (strncmp(library, sanitizers[i].start, strlen(sanitizers[i].start)) == 0)
			return sanitizers[i].name;
	return NULL;
}

/* Copy the string at ${at}; "" if it has more than ${size} - 1 bytes or is not all in the file. */
static void read_text(int fd, uint64_t at, char *out, size_t size)
{
	if (memchr(out, '\0', elf_read_some(fd, at, out, size)) == NULL)
		out[0] = '\0';
}

/* Return the file offset of ${address}, or 0. */
static uint64_t offset_of(int fd, const ElfW(Ehdr) * head, uint64_t address)
{
	ElfW(Phdr) p;

	for (unsigned i = 0; elf_read_segment(fd, head, i, &p); i++)
		if (p.p_type == PT_LOAD && address - p.p_vaddr < p.p_filesz)
			return address - p.p_vaddr + p.p_offset;
	return 0;
}

/* Read the dynamic section in ${segment} up to its end.  Return the number of entries. */
static size_t read_dynamic(int fd, const ElfW(Phdr) * segment, ElfW(Dyn) entries[DYNAMIC_MOST])
{
	size_t size = DYNAMIC_MOST * sizeof(entries[0]), n = 0;

	if (segment->p_filesz < size)
		size = segment->p_filesz;
	size = elf_read_some(fd, segment->p_offset, entries, size);
	while (n < size / sizeof(entries[0]) && entries[n].d_tag != DT_NULL)
		n++;
	return n;
}

static void find_needed(int fd, const ElfW(Ehdr) * head, const ElfW(Phdr) * segment,
			struct elf_facts *out)
{
	ElfW(Dyn) entries[DYNAMIC_MOST];
	size_t n = read_dynamic(fd, segment, entries);
	uint64_t names = 0;
	char name[sizeof(out->runtime)];

	for (size_t i = 0; i < n && names == 0; i++)
		if (entries[i].d_tag == DT_STRTAB)
			names = offset_of(fd, head, entries[i].d_un.d_ptr);
	for (size_t i = 0; i < n; i++) {
		if (entries[i].d_tag != DT_NEEDED)
			continue;
		out->needed++;
		read_text(fd, names + entries[i].d_un.d_val, name, sizeof(name));
		if (names && out->runtime[0] == '\0' && elf_is_sanitizer(name))
			memcpy(out->runtime, name, sizeof(name));
	}
}

void elf_facts(int fd, struct elf_facts *out)
{
	ElfW(Ehdr) head;
	ElfW(Phdr) p;
	uint64_t at;
	size_t size;

	memset(out, 0, sizeof(*out));
	if (!elf_read_head(fd, &head))
		return;
	for (unsigned i = 0; elf_read_segment(fd, &head, i, &p); i++) {
		if (p.p_type == PT_INTERP && out->loader[0] == '\0')
			read_text(fd, p.p_offset, out->loader, sizeof(out->loader));
		else if (p.p_type == PT_DYNAMIC && out->needed == 0)
			find_needed(fd, &head, &p, out);
		else if (p.p_type == PT_NOTE &&
			 elf_find_note(fd, &p, "Go\0", GO_BUILD_ID, &at, &size))
			out->is_go = true;
	}
}
