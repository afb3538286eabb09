#include "agent/deliver/backlog.h"

#include <string.h>
#include <sys/mman.h>

#define KEPT_BYTES 65536 /* too few to return to the kernel */

int backlog_open(struct backlog *b, size_t size)
{
	char *ring = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (ring == MAP_FAILED)
		return -1;
	/* Mostly empty, so a huge page would waste 2 MiB. */
	madvise(ring, size, MADV_NOHUGEPAGE);
	memset(b, 0, sizeof(*b));
	b->ring = ring;
	b->size = size;
	return 0;
}

void backlog_reset(struct backlog *b)
{
	*b = (struct backlog){.ring = b->ring, .size = b->size};
}

/* Return the length of the line that begins ${offset} bytes after the head. */
static size_t line_length(const struct backlog *b, size_t offset)
{
	size_t at = (b->head + offset) % b->size;
	size_t left = b->used - offset;
	size_t straight = left < b->size - at ? left : b->size - at;
	const char *newline = memchr(b->ring + at, '\n', straight);

	if (newline)
		return (size_t)(newline - (b->ring + at)) + 1;
	newline = memchr(b->ring, '\n', left - straight);
	return straight + (newline ? (size_t)(newline - b->ring) + 1 : left - straight);
}

static void release_pages(struct backlog *b)
{
	b->head = 0;
	if (b->peak > KEPT_BYTES)
		madvise(b->ring, b->size, MADV_DONTNEED);
	b->peak = 0;
}

static void remove_oldest(struct backlog *b)
{
	size_t len = line_length(b, 0);

	b->head = (b->head + len) % b->size;
	b->used -= len;
	b->first++;
}

bool backlog_add(struct backlog *b, const char *line, size_t len)
{
	size_t at, straight;

	if (len > b->size || (b->longest && len > b->longest)) {
		b->too_long++;
		return false;
	}
	while (b->size - b->used < len) {
		remove_oldest(b);
		b->dropped++;
	}
	at = (b->head + b->used) % b->size;
	straight = len < b->size - at ? len : b->size - at;
	memcpy(b->ring + at, line, straight);
	memcpy(b->ring, line + straight, len - straight);
	b->used += len;
	b->next++;
	if (b->used > b->peak)
		b->peak = b->used;
	return true;
}

void backlog_copy(const struct backlog *b, char *out, size_t size, uint64_t *points, size_t *len)
{
	uint64_t wanted = *points;
	size_t straight;

	*points = 0;
	*len = 0;
	while (*points < wanted && *len < b->used) {
		size_t line = line_length(b, *len);

		if (line > size - *len)
			break;
		*len += line;
		++*points;
	}
	straight = *len < b->size - b->head ? *len : b->size - b->head;
	memcpy(out, b->ring + b->head, straight);
	memcpy(out + straight, b->ring, *len - straight);
}

void backlog_done(struct backlog *b, uint64_t end)
{
	while (b->used && b->first < end)
		remove_oldest(b);
	if (b->used == 0)
		release_pages(b);
}

uint64_t backlog_points(const struct backlog *b)
{
	return b->next - b->first;
}
