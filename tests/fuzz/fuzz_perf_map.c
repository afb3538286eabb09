/*
 * Maps of generated code: whatever is in one, reading it ends, and a name is within the file.
 *
 * runs: 20000
 * longest: 1024
 * input: the map
 */
#include "agent/sites/perf_map.h"

#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

static char piece[PERF_MAP_PIECE];

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int fd = -1;
	struct perf_map_wanted wanted[] = {{.address = 0},
					   {.address = 0x1004},
					   {.address = UINT64_MAX}};
	uint64_t position = 0, before = 0;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	CHECK(fd >= 0 && ftruncate(fd, (off_t)size) == 0 &&
	      pwrite(fd, data, size, 0) == (ssize_t)size);
	while (perf_map_scan(fd, &position, piece, wanted, COUNT(wanted))) {
		CHECK(position > before && position <= size);
		before = position;
	}
	for (size_t i = 0; i < COUNT(wanted); i++) {
		if (wanted[i].name_bytes == 0)
			continue;
		CHECK(wanted[i].name_at + wanted[i].name_bytes < size);
		CHECK(memchr(data + wanted[i].name_at, '\n', wanted[i].name_bytes) == NULL);
	}
	return 0;
}
