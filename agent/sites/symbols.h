#ifndef MEMAGENT_SYMBOLS_H
#define MEMAGENT_SYMBOLS_H
/*
 * symbols: finds the functions that contain given addresses, in the symbol tables of an ELF file.
 *
 * The file may be hostile, and may change while it is read.  It is read with pread, never mapped:
 * a truncated file gives a failed read, not SIGBUS.
 *
 * Layer    agent, leaf.
 * Threads  no shared state; callable from any thread.
 * Memory   never allocates; the caller provides SYMBOLS_PIECE bytes.
 * Source   elf(5); the files of debug information: the manual of gdb, "Separate Debug Files".
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SYMBOLS_PIECE ((size_t)64 << 10)
#define SYMBOLS_ALIASES 4
#define SYMBOLS_ID_BYTES 20 /* of a build-id; more are not compared */

enum symbols_kind { SYMBOLS_ALL, SYMBOLS_DYNAMIC }; /* .symtab, .dynsym */

/* Where a table and its names are in the file. */
struct symbols_table {
	enum symbols_kind kind;
	uint64_t at, count;
	uint64_t names_at, names_bytes;
};

/* An address, and the function that contains it, as far as the table has been scanned. */
struct symbols_wanted {
	uint64_t address;
	uint64_t start; /* of the function */
	uint64_t below; /* the start of the nearest function below the address */
	uint32_t names[SYMBOLS_ALIASES];
	uint32_t below_name;
	uint16_t below_section;
	uint8_t aliases; /* of names; 0: no function found */
	uint8_t has_below;
	uint8_t below_is_sized;
	uint8_t is_local;
};

/*
 * symbols_build_id(fd, out):
 * Write the build-id of the file to ${out}, of SYMBOLS_ID_BYTES bytes, and return its length; 0 if
 * it has none.
 */
size_t symbols_build_id(int fd, uint8_t *out);

/*
 * symbols_first_address(fd, out):
 * Set ${out} to the address of the first segment.  It differs between a prelinked file and its file
 * of debug information.  Return false if there is no segment.
 */
bool symbols_first_address(int fd, uint64_t *out);

/*
 * symbols_debuglink(fd, out, size):
 * Copy the name in .gnu_debuglink, a file name without a directory.  Return false without one.
 */
bool symbols_debuglink(int fd, char *out, size_t size);

/* Find the table of this kind.  Return false if there is none, or the file is malformed. */
bool symbols_table(int fd, enum symbols_kind kind, struct symbols_table *out);

/*
 * symbols_scan(fd, table, position, piece, wanted, count):
 * Scan the symbols from number ${*position} on, as many as fit into ${piece} of SYMBOLS_PIECE
 * bytes, and advance ${*position}.  The ${count} ${wanted} are sorted by address; at first
 * everything but the address is 0.  Return false at the end of the table, or if the file cannot be
 * read.
 *
 * The function of an address is the one that starts last among those that contain it.  Its global
 * and weak names go before its local ones.
 */
bool symbols_scan(int fd, const struct symbols_table *table, uint64_t *position, char *piece,
		  struct symbols_wanted *wanted, size_t count);

/*
 * symbols_finish(fd, table, wanted, count):
 * After the scan: give an address that no function contains the nearest function below, if that has
 * no size (as in assembly) and is in the same section.  Only for SYMBOLS_ALL: the other table lacks
 * the static functions in between.
 */
void symbols_finish(int fd, const struct symbols_table *table, struct symbols_wanted *wanted,
		    size_t count);

/*
 * symbols_name(fd, table, wanted, out, size):
 * Copy the name of the function, cut off to ${size} - 1 bytes.  Among aliases, choose the one with
 * the fewest underscores in front, then the shortest, then the first in the alphabet.  A symbol
 * version is cut off.  Return false without a name.
 */
bool symbols_name(int fd, const struct symbols_table *table, const struct symbols_wanted *wanted,
		  char *out, size_t size);

#endif
