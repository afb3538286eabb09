#ifndef MEMAGENT_ARCH_H
#define MEMAGENT_ARCH_H
/*
 * arch: code for one kind of processor.  Each has its own header, which defines:
 *
 *   CODE_LINE                 the bytes of code that the processor fetches at once
 *   arch_add(counter, n)      add ${n} to ${counter}, with release order.  Only this thread writes
 *                             to it; a signal handler of the thread may interrupt the addition
 *   arch_leading_zeros(bits)  return either 63 minus the index of the highest set bit, or that
 *                             index; which one depends on the processor, but never changes
 *
 * Layer    shim, leaf.
 */
#include <stddef.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

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
