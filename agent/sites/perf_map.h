#ifndef MEMAGENT_PERF_MAP_H
#define MEMAGENT_PERF_MAP_H
/*
 * perf_map: the names of generated code, which a JIT compiler writes to /tmp/perf-PID.map.
 *
 * Layer    agent, leaf.
 * Threads  no shared state; callable from any thread.
 * Memory   never allocates; the caller provides PERF_MAP_PIECE bytes.
 * Source   linux, tools/perf/Documentation/jit-interface.txt.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define PERF_MAP_PIECE ((size_t)64 << 10)

/* An address, and where in the file the name of its function is. */
struct perf_map_wanted {
	uint64_t address;
	uint64_t name_at;
	uint32_t name_bytes; /* 0: none found */
};

/*
 * perf_map_open(directory, pid):
 * Open the map of process ${pid} in ${directory}, if it is a regular file of this process's user.
 * Return a file descriptor, or -1.
 */
int perf_map_open(const char *directory, pid_t pid);

/*
 * perf_map_scan(fd, position, piece, wanted, count):
 * Scan the lines from offset ${*position} on, as many as fit into ${piece} of PERF_MAP_PIECE bytes,
 * and advance ${*position}.  The ${count} ${wanted} are sorted by address.  Of two functions at one
 * address the later line counts, because code is replaced.  Return false at the end.
 */
bool perf_map_scan(int fd, uint64_t *position, char *piece, struct perf_map_wanted *wanted,
		   size_t count);

#endif
