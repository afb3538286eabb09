#include "tools/run/elf_file.h"

#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

#define SEGMENTS_MOST 512
#define NEEDED_MOST 4096
#define NOTES_MOST 64
#define GO_BUILD_ID 4 /* type of the note */

bool elf_machine(const struct elf_file *file, struct elf_machine *out)
{
	unsigned char head[20]; /* the header up to e_machine, the same for both widths */
	const unsigned char *machine = head + 18;

	if (!file->read(file->arg, 0, head, sizeof(head)) || memcmp(head, ELFMAG, SELFMAG) != 0)
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

/* The program headers, read one at a time. */
struct segments {
	const struct elf_file *file;
	uint64_t at;
	unsigned count;
};

static bool open_segments(const struct elf_file *file, struct segments *s)
{
	ElfW(Ehdr) head;

	if (!file->read(file->arg, 0, &head, sizeof(head)) ||
	    head.e_phentsize != sizeof(ElfW(Phdr)))
		return false;
	s->file = file;
	s->at = head.e_phoff;
	s->count = head.e_phnum < SEGMENTS_MOST ? head.e_phnum : SEGMENTS_MOST;
	return true;
}

static bool get_segment(const struct segments *s, unsigned i, ElfW(Phdr) * out)
{
	return s->file->read(s->file->arg, s->at + i * sizeof(*out), out, sizeof(*out));
}

/* Copy the string at ${at}; "" if it has more than ${size} - 1 bytes or is not all in the file. */
static void read_text(const struct elf_file *file, uint64_t at, char *out, size_t size)
{
	size_t n = 0;

	while (n < size && file->read(file->arg, at + n, &out[n], 1))
		if (out[n++] == '\0')
			return;
	out[0] = '\0';
}

/* Return the file offset of ${address}, or 0. */
static uint64_t offset_of(const struct segments *s, uint64_t address)
{
	ElfW(Phdr) segment;

	for (unsigned i = 0; i < s->count && get_segment(s, i, &segment); i++)
		if (segment.p_type == PT_LOAD && address - segment.p_vaddr < segment.p_filesz)
			return address - segment.p_vaddr + segment.p_offset;
	return 0;
}

/* Read entry ${i} of the dynamic section.  Return false at its end. */
static bool get_dynamic(const struct elf_file *file, const ElfW(Phdr) * segment, unsigned i,
			ElfW(Dyn) * out)
{
	return i < NEEDED_MOST && i < segment->p_filesz / sizeof(*out) &&
	       file->read(file->arg, segment->p_offset + i * sizeof(*out), out, sizeof(*out)) &&
	       out->d_tag != DT_NULL;
}

static void read_dynamic(const struct segments *s, const ElfW(Phdr) * segment,
			 struct elf_facts *out)
{
	const struct elf_file *file = s->file;
	uint64_t names = 0;
	ElfW(Dyn) d;
	char name[sizeof(out->runtime)];

	for (unsigned i = 0; names == 0 && get_dynamic(file, segment, i, &d); i++)
		if (d.d_tag == DT_STRTAB)
			names = offset_of(s, d.d_un.d_val);
	for (unsigned i = 0; get_dynamic(file, segment, i, &d); i++) {
		if (d.d_tag != DT_NEEDED)
			continue;
		out->needed++;
		read_text(file, names + d.d_un.d_val, name, sizeof(name));
		if (names && out->runtime[0] == '\0' && elf_is_sanitizer(name))
			memcpy(out->runtime, name, sizeof(name));
	}
}

static uint64_t round_up(uint64_t n)
{
	return (n + 3) & ~UINT64_C(3);
}

static bool has_go_note(const struct elf_file *file, const ElfW(Phdr) * segment)
{
	uint64_t at = segment->p_offset, end = at + segment->p_filesz;
	ElfW(Nhdr) note;
	char name[4];

	for (int i = 0; i < NOTES_MOST && at < end; i++) {
		if (!file->read(file->arg, at, &note, sizeof(note)))
			return false;
		at += sizeof(note);
		if (note.n_namesz == sizeof(name) && note.n_type == GO_BUILD_ID &&
		    file->read(file->arg, at, name, sizeof(name)) &&
		    memcmp(name, "Go\0", sizeof(name)) == 0)
			return true;
		at += round_up(note.n_namesz) + round_up(note.n_descsz);
	}
	return false;
}

void elf_facts(const struct elf_file *file, struct elf_facts *out)
{
	struct segments s;
	ElfW(Phdr) segment;

	memset(out, 0, sizeof(*out));
	if (!open_segments(file, &s))
		return;
	for (unsigned i = 0; i < s.count && get_segment(&s, i, &segment); i++) {
		if (segment.p_type == PT_INTERP && out->loader[0] == '\0')
			read_text(file, segment.p_offset, out->loader, sizeof(out->loader));
		else if (segment.p_type == PT_DYNAMIC && out->needed == 0)
			read_dynamic(&s, &segment, out);
		else if (segment.p_type == PT_NOTE)
			out->is_go = out->is_go || has_go_note(file, &segment);
	}
}
