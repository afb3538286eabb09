#include "shim/readable.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 4096 /* the smallest */
#define ENTRIES (sizeof(((struct readable *)0)->pages) / sizeof(uintptr_t))

/*
 * The kernel reads a signal mask from there, and then refuses to do anything with it.  It does not
 * read at 0.
 */
bool readable_word(uintptr_t address)
{
	int saved = errno;
	bool readable =
	    address != 0 && (syscall(SYS_rt_sigprocmask, -1L, address, 0L, sizeof(uint64_t)) == 0 ||
			     errno != EFAULT);

	errno = saved;
	return readable;
}

static bool is_readable(struct readable *known, uintptr_t page)
{
	uintptr_t *entry = &known->pages[page / PAGE % ENTRIES];

	if (*entry == page)
		return page != 0;
	if (!readable_word(page))
		return false;
	*entry = page;
	return true;
}

bool readable_bytes(struct readable *known, uintptr_t address, size_t size)
{
	size_t before = address % PAGE;

	for (size_t at = 0; at < before + size; at += PAGE)
		if (!is_readable(known, address - before + at))
			return false;
	return true;
}
