/*
 * handler: looks for the frames that the kernel puts on a stack when it calls a signal handler.
 *
 * Such a frame begins with the address that the handler returns to, which is the same in all of
 * them, and holds the registers of what was interrupted.
 */
#include "shim/handler.h"

#include <errno.h>
#include <gnu/libc-version.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "shim/cc.h"
#include "shim/next.h"
#include "shim/object.h"

#ifdef __x86_64__

/* As far as this below its end there is nothing but the main thread's stack. */
#	define STACK_MOST ((size_t)64 << 20)
#	define SIGSETXID 33 /* libc's own: its handler is there as soon as there is a thread */
#	define USER_CODE 0x33

extern void *__libc_stack_end;

static size_t stack_bytes;

void handler_init(void)
{
	struct rlimit limit;

	/* valgrind would report a read of what nobody has written. */
	if (object_first("_vgnU_freeres"))
		return;
	stack_bytes = STACK_MOST;
	if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < stack_bytes)
		stack_bytes = limit.rlim_cur;
}

/* What libc has handlers return to, or 0. */
static uintptr_t find_restorer(void)
{
	struct {
		void *handler;
		unsigned long flags;
		uintptr_t restorer;
		uint64_t mask;
	} action = {.restorer = 0};

	if (syscall(SYS_rt_sigaction, SIGSETXID, NULL, &action, sizeof(action.mask)))
		return 0;
	return action.restorer;
}

static bool is_in(const void *p, uintptr_t address)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): so the kernel tells it */
	return object_same(p, (const void *)address);
}

/*
 * Whether the code there is the allocator's, or what that calls: libc, the dynamic linker, and the
 * kernel's functions (jemalloc looks at the clock), which are in no object.
 */
static bool is_allocators(uintptr_t address)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): so the kernel tells it */
	return !is_in((const void *)address, address) ||
	       is_in((const void *)next.malloc, address) ||
	       is_in((const void *)gnu_get_libc_version, address) ||
	       is_in((const void *)handler_state, address) || is_in(&__libc_stack_end, address);
}

/* An allocator makes these, and none of them waits. */
static bool is_for_memory(long number)
{
	return number == SYS_brk || number == SYS_mmap || number == SYS_munmap ||
	       number == SYS_mremap || number == SYS_madvise || number == SYS_mprotect ||
	       number == SYS_futex;
}

/*
 * Whether a system call was interrupted that waits for something, as most are when a signal comes:
 * it returns EINTR, or is to be made again.
 */
static bool was_waiting(uintptr_t at, long rax)
{
	static const unsigned char instruction[] = {0x0f, 0x05};
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): so the kernel tells it */
	const unsigned char *code = (const unsigned char *)at;

	if (rax == -EINTR)
		return memcmp(code - sizeof(instruction), instruction, sizeof(instruction)) == 0;
	return memcmp(code, instruction, sizeof(instruction)) == 0 && !is_for_memory(rax);
}

static enum handler_state state_of(const ucontext_t *context)
{
	const greg_t *registers = context->uc_mcontext.gregs;
	uintptr_t at = (uintptr_t)registers[REG_RIP];

	if (!is_allocators(at) || was_waiting(at, (long)registers[REG_RAX]))
		return HANDLER_RUNS;
	return HANDLER_INSIDE;
}

/* Whether a frame looks like one: code of the program's with its stack in use. */
static bool is_frame(const ucontext_t *context)
{
	const greg_t *registers = context->uc_mcontext.gregs;

	return (registers[REG_CSGSFS] & 0xffff) == USER_CODE && registers[REG_RSP] != 0 &&
	       registers[REG_RIP] != 0 && context->uc_mcontext.fpregs != NULL;
}

static enum handler_state scan(const uintptr_t *from, const void *end)
{
	uintptr_t restorer = find_restorer();
	const void *last = (const char *)end - sizeof(ucontext_t) - sizeof(*from);
	enum handler_state state = HANDLER_NONE;

	if (restorer == 0)
		return HANDLER_NONE;
	for (; (const void *)from <= last && state != HANDLER_INSIDE; from++) {
		const ucontext_t *context = (const ucontext_t *)(from + 1);

		if (*from == restorer && is_frame(context))
			state = state_of(context);
	}
	return state;
}

enum handler_state handler_state(void)
{
	const uintptr_t *here = __builtin_frame_address(0);
	uintptr_t main_below = (uintptr_t)__libc_stack_end - (uintptr_t)here;
	enum handler_state state = HANDLER_NONE;
	int saved = errno;
	stack_t own;

	if (main_below < stack_bytes)
		state = scan(here, __libc_stack_end);
	else if (stack_bytes && sigaltstack(NULL, &own) == 0 && own.ss_flags & SS_ONSTACK)
		state = scan(here, (const char *)own.ss_sp + own.ss_size);
	errno = saved;
	return state;
}

#else

void handler_init(void)
{
}

enum handler_state handler_state(void)
{
	return HANDLER_NONE;
}

#endif
