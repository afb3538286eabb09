#include "shim/sites/stack.h"

#if ARCH_WALKS

#	include <stdbool.h>
#	include <stddef.h>

/* Only the main thread's stack lies so close below its end. */
#	define MAIN_STACK ((uintptr_t)64 << 20)

/* All versions of struct pthread are larger. */
#	define SEARCHED (0x780 / sizeof(uintptr_t))

/* The description is at the end of the stack. */
#	define DESCRIPTION ((uintptr_t)64 << 10)

/* Larger numbers are addresses. */
#	define LARGEST ((uintptr_t)1 << 40)

extern void *__libc_stack_end;

/* Index of the word that holds the start of the stack; the next one holds its size. */
static size_t found;

/* Return whether ${words} can be the bounds of the stack of the thread with that ${pointer}. */
static bool is_stack(const uintptr_t *words, uintptr_t pointer)
{
	uintptr_t start = words[0], size = words[1];

	return size < LARGEST && start < pointer && start + size > pointer &&
	       start + size - pointer <= DESCRIPTION;
}

/* Return the index of the bounds in the description, or 0. */
static size_t search(const uintptr_t *description, uintptr_t pointer)
{
	for (size_t i = 1; i < SEARCHED; i++)
		if (is_stack(&description[i], pointer))
			return i;
	return 0;
}

static bool is_own(uintptr_t sp, uintptr_t pointer)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): a register */
	const uintptr_t *description = (const uintptr_t *)pointer;
	size_t at = __atomic_load_n(&found, __ATOMIC_RELAXED);

	if (ARCH_THREAD_BELOW)
		description -= SEARCHED;
	if (at == 0) {
		at = search(description, pointer);
		__atomic_store_n(&found, at, __ATOMIC_RELAXED);
	}
	return at && is_stack(&description[at], pointer) && sp >= description[at];
}

uintptr_t stack_end(uintptr_t sp)
{
	uintptr_t main_end = (uintptr_t)__libc_stack_end, pointer = arch_thread_pointer();

	if (main_end - sp < MAIN_STACK)
		return main_end;
	return sp < pointer && is_own(sp, pointer) ? pointer : 0;
}

#endif
