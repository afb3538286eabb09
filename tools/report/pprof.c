#include "tools/report/pprof.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "tools/report/alloc.h"
#include "tools/report/binary.h"
#include "tools/report/interned.h"
#include "tools/report/messages.h"
#include "tools/report/protobuf.h"
#include "tools/report/site_table.h"
#include "tools/report/stacks.h"

/* The numbers of the fields, as in profile.proto. */
enum {
	PROFILE_SAMPLE_TYPE = 1,
	PROFILE_SAMPLE,
	PROFILE_MAPPING,
	PROFILE_LOCATION,
	PROFILE_FUNCTION,
	PROFILE_STRING_TABLE,
	PROFILE_TIME_NANOS = 9,
	PROFILE_DURATION_NANOS,
	PROFILE_DEFAULT_SAMPLE_TYPE = 14
};
enum { VALUE_TYPE_TYPE = 1, VALUE_TYPE_UNIT };
enum { SAMPLE_LOCATION_ID = 1, SAMPLE_VALUE, SAMPLE_LABEL };
enum { LABEL_KEY = 1, LABEL_STR };
enum {
	MAPPING_ID = 1,
	MAPPING_MEMORY_START,
	MAPPING_MEMORY_LIMIT,
	MAPPING_FILE_OFFSET,
	MAPPING_FILENAME,
	MAPPING_BUILD_ID,
	MAPPING_HAS_FUNCTIONS
};
enum { LOCATION_ID = 1, LOCATION_MAPPING_ID, LOCATION_ADDRESS, LOCATION_LINE };
enum { LINE_FUNCTION_ID = 1 };
enum { FUNCTION_ID = 1, FUNCTION_NAME, FUNCTION_SYSTEM_NAME };

#define TYPES 4
#define FIRST_ADDRESS UINT64_C(0x7f0000000000)
#define ALIGNMENT UINT64_C(0x200000) /* of files */
#define PAGE UINT64_C(0x1000)

/* A file of code. */
struct image {
	const char *path;
	const char *build_id;
	struct binary binary; /* without segments if there is no such file with that build-id */
	uint64_t end;	      /* address behind the last used one, in the file */
	uint64_t bias;	      /* what is added to addresses in the file */
	bool has_main;	      /* the function */
};

struct profile {
	struct protobuf message;
	struct interned strings;
	struct interned functions; /* by name; ids begin with 1, as do those of the next two */
	struct interned locations; /* by mapping, address and name */
	struct interned mappings;  /* by image and segment */
	struct image *images;
	size_t image_count;
	size_t image_room;
};

static uint64_t string_id(struct profile *p, const char *text)
{
	return interned_add(&p->strings, text);
}

/* Return a text for interned_add, valid until the next call. */
static const char *key_of(uint64_t a, uint64_t b, const char *text)
{
	static char *key;

	free(key);
	if (asprintf(&key, "%llx %llx %s", (unsigned long long)a, (unsigned long long)b, text) < 0)
		messages_fail("out of memory");
	return key;
}

/* ---- the files ---- */

static struct image *find_image(const struct profile *p, const struct frame *frame)
{
	for (size_t i = 0; i < p->image_count; i++)
		if (strcmp(p->images[i].path, frame->path) == 0 &&
		    strcmp(p->images[i].build_id, frame->build_id) == 0)
			return &p->images[i];
	return NULL;
}

static struct image *add_image(struct profile *p, const struct frame *frame)
{
	struct image *image;

	p->images = alloc_grow(p->images, &p->image_room, p->image_count + 1, sizeof(*p->images));
	image = &p->images[p->image_count++];
	*image = (struct image){.path = frame->path, .build_id = frame->build_id};
	if (frame->path[0] != '/' || frame->build_id[0] == '\0' ||
	    !binary_read(frame->path, &image->binary) ||
	    strcmp(image->binary.build_id, frame->build_id) != 0)
		image->binary = (struct binary){.build_id = ""};
	for (size_t i = 0; i < image->binary.segment_count; i++) {
		const struct binary_segment *s = &image->binary.segments[i];

		if (image->end < s->address + s->size)
			image->end = s->address + s->size;
	}
	return image;
}

static void add_images(struct profile *p, const struct stack *stack)
{
	for (size_t i = 0; i < stack->frames.count; i++) {
		const struct frame *frame = &stack->frames.all[i];
		struct image *image;

		if (!frame->has_address || frame->path[0] == '\0')
			continue;
		image = find_image(p, frame);
		if (image == NULL)
			image = add_image(p, frame);
		if (image->end <= frame->address)
			image->end = frame->address + 1;
		image->has_main |= strcmp(frame->name, "main") == 0;
	}
}

static uint64_t round_up(uint64_t n, uint64_t unit)
{
	return (n + unit - 1) / unit * unit;
}

static void place_images(struct profile *p)
{
	uint64_t next = FIRST_ADDRESS;

	for (size_t i = 0; i < p->image_count; i++) {
		if (p->images[i].binary.is_fixed)
			continue;
		p->images[i].bias = next;
		next += round_up(p->images[i].end, ALIGNMENT) + ALIGNMENT;
	}
}

/* ---- the tables ---- */

/* Return the segment with ${address}; one over the whole file if the file is unknown. */
static struct binary_segment segment_of(const struct image *image, uint64_t address)
{
	for (size_t i = 0; i < image->binary.segment_count; i++)
		if (address - image->binary.segments[i].address < image->binary.segments[i].size)
			return image->binary.segments[i];
	return (struct binary_segment){0, 0, image->end};
}

static uint64_t mapping_id(struct profile *p, const struct image *image,
			   const struct binary_segment *segment)
{
	size_t known = p->mappings.count;
	const char *key = key_of(image->bias + segment->address, segment->size, image->path);
	uint64_t id = interned_add(&p->mappings, key);
	uint64_t before = segment->address % PAGE; /* a mapping begins with a page */
	struct protobuf mapping = {.bytes = NULL};

	if (id < known)
		return id + 1;
	protobuf_number(&mapping, MAPPING_ID, id + 1);
	protobuf_number(&mapping, MAPPING_MEMORY_START, image->bias + segment->address - before);
	protobuf_number(&mapping, MAPPING_MEMORY_LIMIT,
			round_up(image->bias + segment->address + segment->size, PAGE));
	protobuf_number(&mapping, MAPPING_FILE_OFFSET,
			segment->offset < before ? 0 : segment->offset - before);
	protobuf_number(&mapping, MAPPING_FILENAME, string_id(p, image->path));
	protobuf_number(&mapping, MAPPING_BUILD_ID, string_id(p, image->build_id));
	protobuf_number(&mapping, MAPPING_HAS_FUNCTIONS, 1);
	protobuf_message(&p->message, PROFILE_MAPPING, &mapping);
	protobuf_free(&mapping);
	return id + 1;
}

static uint64_t function_id(struct profile *p, const char *name)
{
	size_t known = p->functions.count;
	uint64_t id = interned_add(&p->functions, name);
	struct protobuf function = {.bytes = NULL};

	if (id < known)
		return id + 1;
	protobuf_number(&function, FUNCTION_ID, id + 1);
	protobuf_number(&function, FUNCTION_NAME, string_id(p, name));
	protobuf_number(&function, FUNCTION_SYSTEM_NAME, string_id(p, name));
	protobuf_message(&p->message, PROFILE_FUNCTION, &function);
	protobuf_free(&function);
	return id + 1;
}

static void add_location(struct profile *p, uint64_t id, uint64_t mapping, uint64_t address,
			 uint64_t function)
{
	struct protobuf location = {.bytes = NULL}, line = {.bytes = NULL};

	protobuf_number(&location, LOCATION_ID, id);
	if (mapping)
		protobuf_number(&location, LOCATION_MAPPING_ID, mapping);
	protobuf_number(&location, LOCATION_ADDRESS, address);
	protobuf_number(&line, LINE_FUNCTION_ID, function);
	protobuf_message(&location, LOCATION_LINE, &line);
	protobuf_message(&p->message, PROFILE_LOCATION, &location);
	protobuf_free(&line);
	protobuf_free(&location);
}

static uint64_t location_id(struct profile *p, const struct frame *frame)
{
	const struct image *image =
	    frame->has_address && frame->path[0] ? find_image(p, frame) : NULL;
	uint64_t mapping = 0, address = frame->address, id;
	size_t known = p->locations.count;

	if (image) {
		const struct binary_segment segment = segment_of(image, frame->address);

		mapping = mapping_id(p, image, &segment);
		address += image->bias;
	}
	id = interned_add(&p->locations, key_of(mapping, address, frame->name));
	if (id == known)
		add_location(p, id + 1, mapping, address, function_id(p, frame->name));
	return id + 1;
}

/* ---- the profile ---- */

static void add_types(struct profile *p)
{
	static const struct {
		const char *type;
		const char *unit;
	} types[TYPES] = {
	    {"alloc_objects", "count"},
	    {"alloc_space", "bytes"},
	    {"inuse_objects", "count"},
	    {"inuse_space", "bytes"},
	};
	struct protobuf type = {.bytes = NULL};

	for (size_t i = 0; i < TYPES; i++) {
		protobuf_number(&type, VALUE_TYPE_TYPE, string_id(p, types[i].type));
		protobuf_number(&type, VALUE_TYPE_UNIT, string_id(p, types[i].unit));
		protobuf_message(&p->message, PROFILE_SAMPLE_TYPE, &type);
	}
	protobuf_free(&type);
	protobuf_number(&p->message, PROFILE_DEFAULT_SAMPLE_TYPE,
			string_id(p, types[TYPES - 1].type));
}

static uint64_t whole(double value)
{
	return value > 0 && value < 9e18 ? (uint64_t)(value + 0.5) : 0;
}

static void add_sample(struct profile *p, const struct stack *stack, bool with_process)
{
	const struct site_row *row = stack->row;
	const uint64_t values[TYPES] = {whole(row->alloc_objects), whole(row->alloc_bytes),
					whole(row->live_objects), whole(row->live_bytes)};
	struct protobuf sample = {.bytes = NULL}, label = {.bytes = NULL};
	uint64_t *locations;
	size_t n = stack->frames.count, room = 0;

	locations = alloc_grow(NULL, &room, n, sizeof(*locations));
	for (size_t i = 0; i < n; i++) /* the innermost first */
		locations[i] = location_id(p, &stack->frames.all[n - 1 - i]);
	protobuf_numbers(&sample, SAMPLE_LOCATION_ID, locations, n);
	protobuf_numbers(&sample, SAMPLE_VALUE, values, TYPES);
	if (with_process) {
		protobuf_number(&label, LABEL_KEY, string_id(p, "process"));
		protobuf_number(&label, LABEL_STR, string_id(p, stack->process));
		protobuf_message(&sample, SAMPLE_LABEL, &label);
	}
	protobuf_message(&p->message, PROFILE_SAMPLE, &sample);
	protobuf_free(&sample);
	protobuf_free(&label);
	free(locations);
}

/* Return the image that is most likely the executable: with a function main, or else no library. */
static const struct image *main_image(const struct profile *p)
{
	const struct image *best = &p->images[0];

	for (size_t i = p->image_count; i > 0; i--) {
		const struct image *image = &p->images[i - 1];

		if (image->has_main || (!best->has_main && strstr(image->path, ".so") == NULL))
			best = image;
	}
	return best;
}

/* pprof takes the first mapping for that of the executable. */
static void add_main_mapping(struct profile *p)
{
	const struct image *image;
	struct binary_segment segment;

	if (p->image_count == 0)
		return;
	image = main_image(p);
	segment = image->binary.segment_count ? image->binary.segments[0]
					      : (struct binary_segment){0, 0, image->end};
	mapping_id(p, image, &segment);
}

static void add_strings(struct profile *p)
{
	for (size_t i = 0; i < p->strings.count; i++)
		protobuf_bytes(&p->message, PROFILE_STRING_TABLE, p->strings.texts[i],
			       strlen(p->strings.texts[i]));
}

void pprof_encode(const struct stacks *stacks, struct protobuf *out)
{
	struct profile p = {.images = NULL};

	string_id(&p, ""); /* the first must be empty */
	add_types(&p);
	for (size_t i = 0; i < stacks->count; i++)
		add_images(&p, &stacks->all[i]);
	place_images(&p);
	add_main_mapping(&p);
	for (size_t i = 0; i < stacks->count; i++)
		add_sample(&p, &stacks->all[i], stacks->has_several);
	add_strings(&p);
	protobuf_number(&p.message, PROFILE_TIME_NANOS, (uint64_t)stacks->end_ms * 1000000);
	protobuf_number(&p.message, PROFILE_DURATION_NANOS,
			(uint64_t)(stacks->end_ms - stacks->begin_ms) * 1000000);
	interned_free(&p.strings);
	interned_free(&p.functions);
	interned_free(&p.locations);
	interned_free(&p.mappings);
	free(p.images);
	*out = p.message;
}

/* ---- compression ---- */

#define GZIP (15 + 16) /* the largest window, in the format of gzip */

void pprof_write(FILE *out, const struct stacks *stacks)
{
	struct protobuf profile;
	unsigned char bytes[4096] = {0};
	z_stream stream = {.zalloc = Z_NULL};
	int state = Z_OK;

	pprof_encode(stacks, &profile);
	if (profile.used > UINT32_MAX ||
	    deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, GZIP, 8, Z_DEFAULT_STRATEGY))
		messages_fail("the profile cannot be compressed");
	stream.next_in = profile.bytes;
	stream.avail_in = (uInt)profile.used;
	while (state == Z_OK) {
		stream.next_out = bytes;
		stream.avail_out = sizeof(bytes);
		state = deflate(&stream, Z_FINISH);
		fwrite(bytes, 1, sizeof(bytes) - stream.avail_out, out);
	}
	deflateEnd(&stream);
	protobuf_free(&profile);
}
