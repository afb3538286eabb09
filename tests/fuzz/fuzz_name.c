/*
 * Names of functions: whatever a symbol is called, what becomes of it is clean and short enough.
 *
 * runs: 20000
 * longest: 1024
 * input: the name
 */
#include "agent/sites/name.h"

#include "agent/sites/demangle.h"
#include "agent/sites/rust_v0.h"
#include "agent/sites/wrappers.h"
#include "tests/fuzz/fuzz.h"

/* Return whether ${text} does not end within a character. */
static bool is_whole(const char *text, size_t n)
{
	return n == 0 || ((uint8_t)text[n - 1] & 0xc0) != 0xc0;
}

static void check_name(const char *name)
{
	char out[NAME_MOST + 1], cut[NAME_MOST + 1];
	struct wrappers_frame frame = {"program", out};
	size_t n = name_shorten(name, out, sizeof(out));
	const char *identifier;

	CHECK(n == strlen(out) && n <= NAME_MOST);
	CHECK(strlen(name) > NAME_MOST || strcmp(name, out) == 0);
	CHECK(!has_control(out, n) && strpbrk(out, ";\"") == NULL && is_whole(out, n));
	identifier = name_identifier(out, &n);
	CHECK(identifier >= out && identifier + n <= out + strlen(out));
	name_without_clone(out, cut, sizeof(cut));
	CHECK(strncmp(cut, out, strlen(cut)) == 0 && (cut[0] || out[0] == '\0' || out[0] == ' '));
	wrappers_has(&frame);
	CHECK(wrappers_choose(&frame, 1) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct demangle d = {.function = NULL};
	char out[2048], *name = malloc(size + 1);

	CHECK(name);
	memcpy(name, data, size);
	name[size] = '\0';
	if (demangle_rust(name, out, 16))
		CHECK(out[0] && strlen(out) < 16);
	if (rust_v0(name, out, 16))
		CHECK(out[0] && strlen(out) < 16);
	demangle_name(&d, name, out, sizeof(out));
	name_clean(out);
	check_name(out);
	free(name);
	return 0;
}
