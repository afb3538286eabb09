#ifndef MEMAGENT_ARCH_H
#define MEMAGENT_ARCH_H
/*
 * arch: code for one kind of processor.  Each has its own header, which defines:
 *
 *   CODE_LINE                 the bytes of code that the processor fetches at once
 *   arch_add(counter, n)      add ${n} to ${counter}, with release order.  Only this thread writes
 *                             to it; a signal handler of the thread may interrupt the addition
 *   arch_add_carries(counter, n)  the same; return whether the sum has passed 2^64
 *   arch_leading_zeros(bits)  return either 63 minus the index of the highest set bit, or that
 *                             index; which one depends on the processor, but never changes
 *
 * If ARCH_HAS_SYSCALL is 1:
 *
 *   arch_syscall(number, a)   make a system call with six arguments, without libc; return what the
 *                             kernel returns, which is -errno on failure
 *
 * For shim/sites, if ARCH_WALKS is 1:
 *
 *   ARCH_DWARF_SP, _FP, _RA, _PC  numbers of registers in DWARF: stack pointer, frame pointer, the
 *                             column of the return address, program counter
 *   ARCH_HAS_LINK             whether a call leaves the return address in a register
 *   ARCH_SIGNAL_SP, _FP, _PC  where the kernel saves registers, counted from the stack pointer that
 *                             the handler's caller (the kernel's trampoline) has; with a link
 *                             register also ARCH_SIGNAL_LINK
 *   ARCH_SIGNAL_IN_CFI        whether the trampoline's unwind table says the same
 *   arch_caller()             return the registers that the calling function will return to
 *   arch_code_address(word)   return the address that the saved return address ${word} means
 *   arch_is_call(end)         return whether a call instruction ends at ${end}; ARCH_CALL_BYTES
 * bytes in front of it are read arch_thread_pointer()     return the address of the thread's own
 * storage, where libc's description of the thread begins, or ends if ARCH_THREAD_BELOW is 1
 *
 * Layer    shim, leaf.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

struct arch_registers {
	uintptr_t pc, sp, fp, link;
};

/* ThreadSanitizer does not see writes of assembly code. */
#if defined(__SANITIZE_THREAD__)
#	include "shim/arch/generic.h"
#elif defined(__x86_64__)
#	include "shim/arch/x86_64.h"
#elif defined(__aarch64__)
#	include "shim/arch/arm64.h"
#else
#	include "shim/arch/generic.h"
#endif

#endif
