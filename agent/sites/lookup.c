#include "agent/sites/lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/base/executable.h"

#define OPEN_FLAGS (O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)

void lookup_start(struct lookup *l, const struct lookup_place *place)
{
	memset(l, 0, offsetof(struct lookup, tags));
	l->place = *place;
	l->source = place->is_jit ? LOOKUP_PERF_MAP : LOOKUP_OWN_ALL;
	l->fd = -1;
}

static uint64_t *address_at(struct lookup *l, size_t i)
{
	return l->place.is_jit ? &l->wanted.lines[i].address : &l->wanted.symbols[i].address;
}

/* Forget what is known about address ${i}. */
static void set_address(struct lookup *l, size_t i, uint64_t address, uint32_t tag)
{
	if (l->place.is_jit)
		l->wanted.lines[i] = (struct perf_map_wanted){.address = address};
	else
		l->wanted.symbols[i] = (struct symbols_wanted){.address = address};
	l->tags[i] = tag;
}

bool lookup_add(struct lookup *l, uint64_t address, uint32_t tag)
{
	size_t i = l->count;

	if (l->count == LOOKUP_BATCH)
		return false;
	for (; i > 0 && *address_at(l, i - 1) > address; i--)
		set_address(l, i, *address_at(l, i - 1), l->tags[i - 1]);
	set_address(l, i, address, tag);
	l->count++;
	return true;
}

static bool has_build_id(const struct lookup *l, int fd)
{
	uint8_t id[SYMBOLS_ID_BYTES];

	return symbols_build_id(fd, id) == l->place.build_id_bytes &&
	       memcmp(id, l->place.build_id, l->place.build_id_bytes) == 0;
}

/* Open the object's own file, if it still is the one that was loaded.  Return -1 if it is not. */
static int open_own(const struct lookup *l)
{
	bool is_executable = l->place.path[0] == '\0';
	int fd = open(is_executable ? EXECUTABLE : l->place.path, OPEN_FLAGS);
	struct stat file;

	if (fd < 0)
		return -1;
	if (fstat(fd, &file) == 0 && S_ISREG(file.st_mode) &&
	    (is_executable || (l->place.build_id_bytes ? has_build_id(l, fd)
						       : file.st_ctime < l->place.unchanged_s)))
		return fd;
	close(fd);
	return -1;
}

static int open_debug(const struct lookup *l, const char *path)
{
	int fd = open(path, OPEN_FLAGS);
	struct stat file;

	if (fd < 0)
		return -1;
	if (fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && has_build_id(l, fd))
		return fd;
	close(fd);
	return -1;
}

static int open_by_id(const struct lookup *l)
{
	char path[PATH_MAX], hex[2 * SYMBOLS_ID_BYTES + 1];

	for (size_t i = 0; i < l->place.build_id_bytes; i++)
		snprintf(hex + 2 * i, 3, "%02x", l->place.build_id[i]);
	snprintf(path, sizeof(path), "%s/.build-id/%.2s/%s.debug", l->place.debug_root, hex,
		 hex + 2);
	return open_debug(l, path);
}

/* Copy the directory of an open file.  Return false if it is not known. */
static bool get_directory(int fd, char *out, size_t size)
{
	char link[64];
	ssize_t n;
	char *slash;

	snprintf(link, sizeof(link), "/proc/thread-self/fd/%d", fd);
	n = readlink(link, out, size - 1);
	out[n > 0 ? n : 0] = '\0';
	slash = out[0] == '/' ? strrchr(out, '/') : NULL;
	if (slash)
		*slash = '\0';
	return slash != NULL;
}

/* Open the file that .gnu_debuglink names.  It has no build-id to be found by. */
static int open_linked(const struct lookup *l)
{
	char path[PATH_MAX], directory[PATH_MAX / 2], name[NAME_MAX + 1];
	int own = open_own(l);
	bool is_linked;

	if (own < 0)
		return -1;
	is_linked = symbols_debuglink(own, name, sizeof(name)) &&
		    get_directory(own, directory, sizeof(directory));
	close(own);
	if (!is_linked)
		return -1;
	snprintf(path, sizeof(path), "%s%s%s/%s",
		 l->source == LOOKUP_GLOBAL ? l->place.debug_root : "", directory,
		 l->source == LOOKUP_BELOW ? "/.debug" : "", name);
	return open_debug(l, path);
}

static int open_source(const struct lookup *l)
{
	if (l->source == LOOKUP_PERF_MAP)
		return perf_map_open(l->place.perf_maps, getpid());
	if (l->source == LOOKUP_OWN_ALL || l->source == LOOKUP_OWN_DYNAMIC)
		return open_own(l);
	if (l->place.build_id_bytes < 2)
		return -1;
	return l->source == LOOKUP_BY_ID ? open_by_id(l) : open_linked(l);
}

static struct lookup_identity identity_of(int fd)
{
	struct stat file;

	if (fstat(fd, &file))
		return (struct lookup_identity){.size = -1};
	return (struct lookup_identity){
	    .device = file.st_dev,
	    .inode = file.st_ino,
	    .size = file.st_size,
	    .changed_ns = file.st_mtim.tv_sec * INT64_C(1000000000) + file.st_mtim.tv_nsec,
	};
}

/* A map of generated code grows while it is read. */
static bool is_same(const struct lookup *l, const struct lookup_identity *other)
{
	const struct lookup_identity *own = &l->identity;

	return own->device == other->device && own->inode == other->inode &&
	       (l->source == LOOKUP_PERF_MAP ||
		(own->size == other->size && own->changed_ns == other->changed_ns));
}

/* Set how far the addresses in the file of debug information differ. */
static void set_shift(struct lookup *l)
{
	uint64_t own = 0, debug = 0;
	int fd;

	l->shift = 0;
	if (l->source == LOOKUP_OWN_ALL || l->source == LOOKUP_OWN_DYNAMIC)
		return;
	fd = open_own(l);
	if (fd < 0)
		return;
	if (symbols_first_address(fd, &own) && symbols_first_address(l->fd, &debug))
		l->shift = debug - own;
	close(fd);
}

/* Start to scan the source that has just been opened.  Return false if it has no names. */
static bool begin(struct lookup *l)
{
	l->identity = identity_of(l->fd);
	l->position = 0;
	l->is_open = true;
	if (l->source == LOOKUP_PERF_MAP)
		return true;
	set_shift(l);
	for (size_t i = 0; i < l->count; i++)
		l->wanted.symbols[i].address += l->shift;
	return symbols_table(l->fd, l->source == LOOKUP_OWN_DYNAMIC ? SYMBOLS_DYNAMIC : SYMBOLS_ALL,
			     &l->table);
}

static bool ensure_open(struct lookup *l)
{
	struct lookup_identity now;

	if (l->fd >= 0)
		return true;
	l->fd = open_source(l);
	if (l->fd < 0)
		return false;
	if (!l->is_open)
		return begin(l);
	now = identity_of(l->fd);
	return is_same(l, &now);
}

void lookup_pause(struct lookup *l)
{
	if (l->fd >= 0)
		close(l->fd);
	l->fd = -1;
}

static bool is_found(const struct lookup *l, size_t i)
{
	return l->place.is_jit ? l->wanted.lines[i].name_bytes != 0
			       : l->wanted.symbols[i].aliases != 0;
}

/* Go on to the next source with the addresses that have no name yet. */
static void leave_source(struct lookup *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->count; i++) {
		if (l->is_scanned && is_found(l, i))
			continue;
		set_address(l, kept++, *address_at(l, i) - l->shift, l->tags[i]);
	}
	lookup_pause(l);
	l->count = kept;
	l->shift = 0;
	l->is_open = l->is_scanned = false;
	l->next = 0;
	l->source = l->place.is_jit ? LOOKUP_END : l->source + 1;
	if (l->source == LOOKUP_PERF_MAP)
		l->source = LOOKUP_END;
}

static void scan(struct lookup *l)
{
	if (l->source == LOOKUP_PERF_MAP) {
		l->is_scanned =
		    !perf_map_scan(l->fd, &l->position, l->piece, l->wanted.lines, l->count);
		return;
	}
	if (symbols_scan(l->fd, &l->table, &l->position, l->piece, l->wanted.symbols, l->count))
		return;
	symbols_finish(l->fd, &l->table, l->wanted.symbols, l->count);
	l->is_scanned = true;
}

/* Copy the name in the map of generated code. */
static bool read_line_name(const struct lookup *l, size_t i, char *name)
{
	const struct perf_map_wanted *w = &l->wanted.lines[i];
	size_t n = w->name_bytes < LOOKUP_NAME_BYTES ? w->name_bytes : LOOKUP_NAME_BYTES - 1;
	ssize_t got = pread(l->fd, name, n, (off_t)w->name_at);

	name[got > 0 ? got : 0] = '\0';
	return name[0] != '\0';
}

static bool read_name(const struct lookup *l, size_t i, char *name)
{
	if (l->place.is_jit)
		return read_line_name(l, i, name);
	return symbols_name(l->fd, &l->table, &l->wanted.symbols[i], name, LOOKUP_NAME_BYTES);
}

enum lookup_answer lookup_step(struct lookup *l, char *name, uint32_t *tag)
{
	if (l->source == LOOKUP_END || l->count == 0)
		return LOOKUP_DONE;
	if (!ensure_open(l) || l->next == l->count) {
		leave_source(l);
	} else if (!l->is_scanned) {
		scan(l);
	} else {
		size_t i = l->next++;

		if (is_found(l, i) && read_name(l, i, name)) {
			*tag = l->tags[i];
			return LOOKUP_NAMED;
		}
	}
	return LOOKUP_WORKING;
}
