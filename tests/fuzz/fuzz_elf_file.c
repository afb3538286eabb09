/*
 * Executable files: any content gets an answer, and only bytes of the file are read.
 *
 * runs: 20000
 * longest: 8192
 * input: the file
 */
#include "tools/run/elf_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"
#include "tools/run/script.h"

/* Return a descriptor of a file with that content. */
static int open_bytes(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);

	CHECK(fd >= 0);
	CHECK(write(fd, data, size) == (ssize_t)size);
	return fd;
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

static void check_facts(int fd)
{
	struct elf_machine machine;
	struct elf_facts facts;
	char name[64];

	if (!elf_machine(fd, &machine))
		return;
	elf_machine_name(&machine, name, sizeof(name));
	CHECK(strncmp(name, "32-bit ", 7) == 0 || strncmp(name, "64-bit ", 7) == 0);
	elf_facts(fd, &facts);
	CHECK(memchr(facts.loader, '\0', sizeof(facts.loader)));
	CHECK(memchr(facts.runtime, '\0', sizeof(facts.runtime)));
	CHECK(facts.runtime[0] == '\0' || (facts.needed && elf_is_sanitizer(facts.runtime)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = open_bytes(data, size);

	check_script(data, size);
	check_facts(fd);
	close(fd);
	return 0;
}
