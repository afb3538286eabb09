#include "tools/report/binary.h"

#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/base/elf.h"
#include "agent/sites/symbols.h"

static void read_id(int fd, struct binary *out)
{
	uint8_t id[SYMBOLS_ID_BYTES];
	size_t n = symbols_build_id(fd, id);

	for (size_t i = 0; i < n; i++)
		snprintf(out->build_id + 2 * i, 3, "%02x", id[i]);
}

static void read_header(const ElfW(Phdr) * header, struct binary *out)
{
	if (header->p_type == PT_LOAD && (header->p_flags & PF_X) &&
	    out->segment_count < BINARY_SEGMENTS_MOST)
		out->segments[out->segment_count++] =
		    (struct binary_segment){header->p_vaddr, header->p_offset, header->p_memsz};
}

static bool read_open(int fd, struct binary *out)
{
	ElfW(Ehdr) file;
	ElfW(Phdr) header;
	struct stat stat;

	if (fstat(fd, &stat) || !S_ISREG(stat.st_mode) || !elf_read_head(fd, &file))
		return false;
	read_id(fd, out);
	out->is_fixed = file.e_type == ET_EXEC;
	for (unsigned i = 0; i < file.e_phnum; i++) {
		if (!elf_read_segment(fd, &file, i, &header))
			return false;
		read_header(&header, out);
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
