/*
 * handler: finds the frames that the kernel pushes on the stack when it calls a signal handler.
 *
 * Such a frame begins with the address that the handler returns to, libc's restorer, which all
 * frames share.  The frame holds the registers of the interrupted code.
 */
#include "shim/handler.h"

#include <errno.h>
#include <gnu/libc-version.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
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

/*
 * The allocator and what it calls: libc, the dynamic linker, this library and the vDSO.  Looked up
 * at the start: that takes a lock, and the thread that has it may wait for the interrupted one.
 */
static struct object_range allocator_code[5];

void handler_init(void)
{
	/* NOLINTBEGIN(performance-no-int-to-ptr): the kernel gives a number */
	const void *const parts[] = {(const void *)next.malloc, (const void *)gnu_get_libc_version,
				     (const void *)handler_state, &__libc_stack_end,
				     (const void *)getauxval(AT_SYSINFO_EHDR)};
	/* NOLINTEND(performance-no-int-to-ptr) */
	struct rlimit limit;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		allocator_code[i] = object_range(parts[i]);
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

static bool is_allocator_code(uintptr_t address)
{
	for (size_t i = 0; i < sizeof(allocator_code) / sizeof(*allocator_code); i++)
		if (address - allocator_code[i].start < allocator_code[i].bytes)
			return true;
	return false;
}

/*
 * Return whether a signal handler makes the kernel restart this system call, and no allocator makes
 * it.  Other calls than these, when they are next, have not begun.
 */
static bool is_restarted(long number)
{
	static const short calls[] = {
	    SYS_read,	 SYS_readv,    SYS_write,   SYS_writev,	 SYS_wait4,
	    SYS_waitid,	 SYS_accept,   SYS_accept4, SYS_connect, SYS_recvfrom,
	    SYS_recvmsg, SYS_recvmmsg, SYS_sendto,  SYS_sendmsg, SYS_sendmmsg,
	    SYS_ioctl,	 SYS_fcntl,    SYS_flock,   SYS_open,	 SYS_openat,
	};

	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		if (number == calls[i])
			return true;
	return false;
}

/* Return whether these are the arguments with which libc waits for a lock, such as malloc's. */
static bool are_of_lock(const greg_t *registers)
{
	return registers[REG_RDI] > USHRT_MAX &&
	       (registers[REG_RSI] & ~FUTEX_PRIVATE_FLAG) == FUTEX_WAIT && registers[REG_RDX] == 2;
}

/*
 * Return whether the signal interrupted a waiting system call of the program.  Such a call returns
 * EINTR, or the kernel restarts it.
 */
static bool was_waiting(const greg_t *registers)
{
	static const unsigned char instruction[] = {0x0f, 0x05};
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel gives a number */
	const unsigned char *code = (const unsigned char *)registers[REG_RIP];
	long rax = registers[REG_RAX];

	if (rax == -EINTR)
		return memcmp(code - sizeof(instruction), instruction, sizeof(instruction)) == 0 &&
		       !are_of_lock(registers);
	return memcmp(code, instruction, sizeof(instruction)) == 0 && is_restarted(rax);
}

static enum handler_state state_of(const greg_t *registers)
{
	if (!is_allocator_code((uintptr_t)registers[REG_RIP]) || was_waiting(registers))
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

static bool is_on_main_stack(uintptr_t address)
{
	return (uintptr_t)__libc_stack_end - address < stack_bytes;
}

struct search {
	enum handler_state state;
	uintptr_t interrupted; /* the stack pointer in the last frame found */
};

static void scan(struct search *search, uintptr_t from, const void *end)
{
	uintptr_t restorer = find_restorer();
	const void *last = (const char *)end - sizeof(ucontext_t) - sizeof(restorer);
	/* NOLINTNEXTLINE(performance-no-int-to-ptr): the kernel gives a number */
	const uintptr_t *word = (const uintptr_t *)(from & -sizeof(restorer));

	if (restorer == 0)
		return;
	for (; (const void *)word <= last && search->state != HANDLER_INSIDE; word++) {
		const ucontext_t *context = (const ucontext_t *)(word + 1);

		if (*word != restorer || !is_frame(context))
			continue;
		search->state = state_of(context->uc_mcontext.gregs);
		search->interrupted = (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
	}
}

/* A handler on the alternate stack may have interrupted another one on the main stack. */
static enum handler_state search_stacks(uintptr_t here)
{
	struct search search = {HANDLER_NONE, here};
	stack_t own;

	if (!is_on_main_stack(here) && stack_bytes && sigaltstack(NULL, &own) == 0 &&
	    own.ss_flags & SS_ONSTACK)
		scan(&search, here, (const char *)own.ss_sp + own.ss_size);
	if (is_on_main_stack(search.interrupted))
		scan(&search, search.interrupted, __libc_stack_end);
	return search.state;
}

enum handler_state handler_state(void)
{
	int saved = errno;
	enum handler_state state = search_stacks((uintptr_t)__builtin_frame_address(0));

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
