/*
 * An incomplete line: wherever it was cut, its end makes it one line that is not a point, or the
 * whole line that was meant.
 *
 * input: bytes that are left | the line
 */
#include "agent/deliver/torn.h"

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/line_protocol.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lp_line line;
	struct input in;
	size_t left, n;
	const char *text;
	char *whole;

	input_open(&in, data, size);
	left = (size_t)input_number(&in, 0);
	text = input_text(&in);
	n = strcspn(text, "\n");
	n = left < n ? left : n;
	whole = malloc(n + TORN_BYTES);
	CHECK(whole);
	memcpy(whole, text, n);
	if (n > 0) {
		size_t end = torn_end(text, n, whole + n);

		CHECK(end > 0 && end < TORN_BYTES && whole[n + end - 1] == '\n');
		CHECK(memchr(whole, '\n', n + end - 1) == NULL);
		CHECK(torn_is(whole, n + end) == (end > 1));
		if (end > 1)
			CHECK(lp_parse(whole, n + end, &line) == NULL);
	}
	free(whole);
	input_close(&in);
	return 0;
}
