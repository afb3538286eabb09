#ifndef MEMAGENT_ARCH_H
#define MEMAGENT_ARCH_H
/*
 * arch: what differs between processors.  Each has a header of its own, which defines:
 *
 *   CODE_LINE                 bytes of code that it fetches at once
 *   arch_add(counter, n)      add ${n} to ${counter}, which this thread alone writes to: atomic
 *                             towards the thread's signal handlers, with release order
 *   arch_leading_zeros(bits)  a number for the highest bit that is set: 63 less its index, or its
 *                             index, as the processor likes, but always the same
 *
 * Layer    shim, leaf.
 */
#include <stddef.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

/* The thread sanitizer does not see what assembly writes. */
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
