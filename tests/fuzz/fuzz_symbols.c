/*
 * Symbol tables: whatever is in an ELF file, reading it ends, and a name is a text.
 *
 * runs: 20000
 * longest: 8192
 * input: the file
 */
#include "agent/sites/symbols.h"

#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

static char piece[SYMBOLS_PIECE];

static void check_table(int fd, enum symbols_kind kind)
{
	struct symbols_wanted wanted[8] = {{.address = 0}};
	struct symbols_table table;
	uint64_t position = 0, before = 0;
	char name[64];

	/* The first pages of a program that starts at 0, and of one that does not. */
	for (size_t i = 0; i < COUNT(wanted); i++)
		wanted[i].address = (i < 4 ? 0 : 0x400000) + i % 4 * 0x555;
	wanted[COUNT(wanted) - 1].address = UINT64_MAX;
	if (!symbols_table(fd, kind, &table))
		return;
	while (symbols_scan(fd, &table, &position, piece, wanted, COUNT(wanted))) {
		CHECK(position > before);
		before = position;
	}
	CHECK(position <= table.count);
	symbols_finish(fd, &table, wanted, COUNT(wanted));
	for (size_t i = 0; i < COUNT(wanted); i++) {
		CHECK(wanted[i].aliases <= SYMBOLS_ALIASES);
		CHECK(wanted[i].aliases == 0 || wanted[i].start <= wanted[i].address);
		if (symbols_name(fd, &table, &wanted[i], name, sizeof(name)))
			CHECK(name[0] && strlen(name) < sizeof(name) && strchr(name, '@') == NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	uint8_t id[SYMBOLS_ID_BYTES];
	uint64_t address;
	char name[32];

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	CHECK(fd >= 0 && ftruncate(fd, (off_t)size) == 0 &&
	      pwrite(fd, data, size, 0) == (ssize_t)size);
	CHECK(symbols_build_id(fd, id) <= SYMBOLS_ID_BYTES);
	symbols_first_address(fd, &address);
	if (symbols_debuglink(fd, name, sizeof(name)))
		CHECK(name[0] && memchr(name, '\0', sizeof(name)) && strchr(name, '/') == NULL);
	check_table(fd, SYMBOLS_ALL);
	check_table(fd, SYMBOLS_DYNAMIC);
	return 0;
}
