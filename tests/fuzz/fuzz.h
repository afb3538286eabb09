#ifndef MEMAGENT_FUZZ_H
#define MEMAGENT_FUZZ_H
/*
 * fuzz: shared by the fuzzers.
 *
 * An input is a list of texts with a bar between two, so that the corpus can be read and written by
 * hand; a text may have any byte but the bar and NUL.
 *
 * Layer    tests/fuzz; libFuzzer.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libFuzzer calls this with each input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A false condition is a finding. */
#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition)) {                                                                \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);    \
			abort();                                                                   \
		}                                                                                  \
	} while (0)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct input {
	char *text; /* a copy with a NUL at the end */
	char *next; /* NULL after the last */
};

static inline void input_open(struct input *in, const uint8_t *data, size_t size)
{
	in->text = malloc(size + 1);
	CHECK(in->text);
	memcpy(in->text, data, size);
	in->text[size] = '\0';
	in->next = in->text;
}

static inline void input_close(struct input *in)
{
	free(in->text);
}

/* Return the next text; "" after the last. */
static inline char *input_text(struct input *in)
{
	char *text = in->next;

	if (text == NULL)
		return in->text + strlen(in->text);
	in->next = strchr(text, '|');
	if (in->next)
		*in->next++ = '\0';
	return text;
}

/* Return the next text as a number; ${missing} if it is not one. */
static inline int64_t input_number(struct input *in, int64_t missing)
{
	const char *text = input_text(in);
	char *end;
	long long n = strtoll(text, &end, 10);

	return end == text ? missing : n;
}

static inline bool is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

static inline bool has_control(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_control(text[i]))
			return true;
	return false;
}

#endif
