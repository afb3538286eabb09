#ifndef MEMAGENT_CC_H
#define MEMAGENT_CC_H
/*
 * cc: attributes for the compiler.
 *
 * Layer    shim, leaf.
 */

#include "shim/arch/arch.h"

/* For the symbols that the library exports; all others are hidden. */
#define EXPORT __attribute__((visibility("default")))

/* For variables of the same library: they are reached without the global offset table. */
#define INTERNAL __attribute__((visibility("hidden")))

/*
 * RETURNS_TO_A_LINE(n):
 * For a hot function whose code up to and including its first call takes ${n} bytes: the code after
 * the call starts on a line of its own.  docs/PERFORMANCE.md has what that gains.  With a compiler
 * that needs another ${n} it is slower, and nothing else.
 */
#define RETURNS_TO_A_LINE(n)                                                                       \
	__attribute__((patchable_function_entry(CODE_LINE - (n), CODE_LINE - (n))))

/* COLD keeps the rare cases of a HOT function out of its cache lines. */
#define HOT __attribute__((hot, aligned(CODE_LINE)))
#define COLD __attribute__((cold, noinline))

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/*
 * Initial-exec: the variable is reached without a call into the dynamic linker, which could
 * allocate.  A preloaded library is loaded at the start, so its share of static TLS is reserved.
 */
#define THREAD_LOCAL __thread __attribute__((tls_model("initial-exec")))

#endif
