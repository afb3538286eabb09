/*
 * Executable files: any content gets an answer, and only bytes of the file are read.
 *
 * runs: 20000
 * longest: 8192
 * input: the file
 */
#include "tools/run/elf_file.h"

#include "tests/fuzz/fuzz.h"
#include "tools/run/script.h"

struct bytes {
	const uint8_t *data;
	size_t size;
	unsigned reads;
};

static bool read_bytes(void *arg, uint64_t at, void *out, size_t n)
{
	struct bytes *b = arg;

	/* No file makes it read for ever. */
	CHECK(++b->reads < 10 * 1000 * 1000);
	if (n > b->size || at > b->size - n)
		return false;
	memcpy(out, b->data + at, n);
	return true;
}

static void check_script(const uint8_t *data, size_t size)
{
	struct script script;
	char *text = malloc(size + 1);

	CHECK(text);
	memcpy(text, data, size);
	text[size] = '\0';
	script_read(text, &script);
	CHECK(script.interpreter[0]);
	CHECK(strlen(script.interpreter) < SCRIPT_BYTES && strlen(script.program) < SCRIPT_BYTES);
	CHECK(strchr(script.interpreter, ' ') == NULL && strchr(script.interpreter, '\n') == NULL);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes bytes = {data, size, 0};
	struct elf_file file = {read_bytes, &bytes};
	struct elf_machine machine;
	struct elf_facts facts;
	char name[64];

	check_script(data, size);
	if (!elf_machine(&file, &machine))
		return 0;
	elf_machine_name(&machine, name, sizeof(name));
	CHECK(strncmp(name, "32-bit ", 7) == 0 || strncmp(name, "64-bit ", 7) == 0);
	elf_facts(&file, &facts);
	CHECK(memchr(facts.loader, '\0', sizeof(facts.loader)));
	CHECK(memchr(facts.runtime, '\0', sizeof(facts.runtime)));
	CHECK(facts.runtime[0] == '\0' || (facts.needed && elf_is_sanitizer(facts.runtime)));
	return 0;
}
