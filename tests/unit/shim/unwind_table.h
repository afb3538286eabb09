#ifndef MEMAGENT_UNWIND_TABLE_H
#define MEMAGENT_UNWIND_TABLE_H
/*
 * unwind_table: an unwind table of one function, as an object has it in memory, for tests.
 *
 * Layer    tests/unit.
 */
#include <link.h>
#include <stdint.h>
#include <string.h>

#include "shim/sites/image.h"

#define TABLE_BYTES 1024

/* The function's code would begin so far behind the table. */
#define TABLE_CODE 4096
#define TABLE_CODE_BYTES 256

struct unwind_table {
	uint8_t bytes[TABLE_BYTES];
	size_t size;
	ElfW(Phdr) segment;
	struct image image;
	size_t cie, fde; /* where they begin */
	struct readable readable;
};

static inline void table_put(struct unwind_table *t, const void *bytes, size_t n)
{
	if (n > TABLE_BYTES - t->size)
		n = TABLE_BYTES - t->size;
	memcpy(t->bytes + t->size, bytes, n);
	t->size += n;
}

static inline void table_u8(struct unwind_table *t, uint8_t n)
{
	table_put(t, &n, sizeof(n));
}

static inline void table_u32(struct unwind_table *t, uint32_t n)
{
	table_put(t, &n, sizeof(n));
}

/* Append the distance from here to the code. */
static inline void table_code(struct unwind_table *t)
{
	table_u32(t, (uint32_t)(TABLE_CODE - t->size));
}

static inline void table_set_length(struct unwind_table *t, size_t at)
{
	uint32_t length = (uint32_t)(t->size - at - sizeof(length));

	memcpy(t->bytes + at, &length, sizeof(length));
}

/* The index of one entry: the FDE begins behind it and the CIE. */
static inline void table_header(struct unwind_table *t)
{
	const uint8_t header[] = {1, 0x1b, 3, 0x3b};

	table_put(t, header, sizeof(header));
	table_u32(t, 16);
	table_u32(t, 1);
	table_u32(t, TABLE_CODE);
	table_u32(t, 0);
}

/* ${letters} with a NUL; ${data} is what belongs to them. */
static inline void table_cie(struct unwind_table *t, const char *letters, const void *data,
			     uint8_t n, const void *code, size_t code_bytes)
{
	t->cie = t->size;
	table_u32(t, 0);
	table_u32(t, 0);
	table_u8(t, 1);
	table_put(t, letters, strlen(letters) + 1);
	table_u8(t, 1);	   /* unit of code */
	table_u8(t, 0x78); /* unit of data: -8 */
	table_u8(t, 16);   /* column of the return address */
	if (letters[0] == 'z') {
		table_u8(t, n);
		table_put(t, data, n);
	}
	table_put(t, code, code_bytes);
	table_set_length(t, t->cie);
}

static inline void table_fde(struct unwind_table *t, const void *code, size_t code_bytes)
{
	uint32_t at = (uint32_t)t->size;

	t->fde = t->size;
	memcpy(t->bytes + 16, &at, sizeof(at));
	table_u32(t, 0);
	table_u32(t, (uint32_t)(t->size - t->cie));
	table_code(t);
	table_u32(t, TABLE_CODE_BYTES);
	table_u8(t, 0); /* augmentation */
	table_put(t, code, code_bytes);
	table_set_length(t, t->fde);
}

/* Describe the ${n} bytes at ${bytes} as a loaded object. */
static inline void table_load(struct image *image, ElfW(Phdr) * segment, const void *bytes,
			      size_t n, struct readable *readable)
{
	*readable = (struct readable){{0}};
	*segment = (ElfW(Phdr)){.p_type = PT_LOAD, .p_flags = PF_R, .p_filesz = n, .p_memsz = n};
	*image = (struct image){
	    .start = (uintptr_t)bytes,
	    .end = (uintptr_t)bytes + n,
	    .bias = (uintptr_t)bytes,
	    .unwind_table = (uintptr_t)bytes,
	    .segments = segment,
	    .count = 1,
	    .readable = readable,
	};
}

/* What gcc's CIEs have: CFA = rsp + 8, the return address is at CFA - 8. */
static const uint8_t table_usual_code[] = {0x0c, 7, 8, 0x90, 1};

/* Make the table of a function with the instructions ${code}, and gcc's CIE. */
static inline void table_make(struct unwind_table *t, const void *code, size_t code_bytes)
{
	const uint8_t encoding = 0x1b;

	t->size = 0;
	table_header(t);
	table_cie(t, "zR", &encoding, 1, table_usual_code, sizeof(table_usual_code));
	table_fde(t, code, code_bytes);
	table_load(&t->image, &t->segment, t->bytes, t->size, &t->readable);
}

#endif
