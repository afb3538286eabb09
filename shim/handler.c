/*
 * handler: finds the frames that the kernel pushes on the stack when it calls a signal handler.
 *
 * Such a frame begins with the address that the handler returns to, libc's restorer, which all
 * frames share.  The frame holds the registers of the interrupted code.
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

/* Only the main thread's stack lies so close below its end. */
#	define MAX_STACK ((size_t)64 << 20)
#	define SIGSETXID 33 /* libc's own; has a handler once there is a thread */
#	define USER_CODE 0x33

extern void *__libc_stack_end;

static size_t stack_bytes;

void handler_init(void)
{
	struct rlimit limit;

	/* Under valgrind, which reports reads of stack words that were never written. */
	if (object_first("_vgnU_freeres"))
		return;
	stack_bytes = MAX_STACK;
	if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < stack_bytes)
		stack_bytes = limit.rlim_cur;
}

/* Return the address to which libc has signal handlers return, or 0. */
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
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel gives a number */
	return object_same(p, (const void *)address);
}

/*
 * Return whether the code at ${address} belongs to the allocator or to what it calls: libc, the
 * dynamic linker, this library, or the vDSO, which is in no listed object.
 */
static bool is_allocator_code(uintptr_t address)
{
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel gives a number */
	return !is_in((const void *)address, address) ||
	       is_in((const void *)next.malloc, address) ||
	       is_in((const void *)gnu_get_libc_version, address) ||
	       is_in((const void *)handler_state, address) || is_in(&__libc_stack_end, address);
}

/* Return whether an allocator makes this system call. */
static bool is_for_memory(long number)
{
	return number == SYS_brk || number == SYS_mmap || number == SYS_munmap ||
	       number == SYS_mremap || number == SYS_madvise || number == SYS_mprotect ||
	       number == SYS_futex;
}

/*
 * Return whether the signal interrupted a waiting system call of the program.  Such a call returns
 * EINTR, or the kernel restarts it.
 */
static bool was_waiting(uintptr_t at, long rax)
{
	static const unsigned char instruction[] = {0x0f, 0x05};
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel gives a number */
	const unsigned char *code = (const unsigned char *)at;

	if (rax == -EINTR)
		return memcmp(code - sizeof(instruction), instruction, sizeof(instruction)) == 0;
	return memcmp(code, instruction, sizeof(instruction)) == 0 && !is_for_memory(rax);
}

static enum handler_state state_of(const ucontext_t *context)
{
	const greg_t *registers = context->uc_mcontext.gregs;
	uintptr_t at = (uintptr_t)registers[REG_RIP];

	if (!is_allocator_code(at) || was_waiting(at, (long)registers[REG_RAX]))
		return HANDLER_RUNS;
	return HANDLER_INSIDE;
}

/* Return whether this looks like the frame of a signal: user code, a stack and an FPU state. */
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
