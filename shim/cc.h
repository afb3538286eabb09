#ifndef MEMAGENT_CC_H
#define MEMAGENT_CC_H
/*
 * cc: what we ask of the compiler.
 *
 * Layer    shim, leaf.
 */

#include "shim/arch/arch.h"

/* The only symbols that the library shows to the world; the rest is hidden. */
#define EXPORT __attribute__((visibility("default")))

/* For variables: known to be in the same object, so they are reached without a table of offsets. */
#define INTERNAL __attribute__((visibility("hidden")))

/*
 * RETURNS_TO_A_LINE(n):
 * For a hot function that begins with a call, whose instructions up to it take ${n} bytes: what
 * comes after the call begins with a line, and is fetched with as few as it takes.  What that is
 * worth tells docs/PERFORMANCE.md.  Another compiler may need other bytes; then it is only slower.
 */
#define RETURNS_TO_A_LINE(n)                                                                       \
	__attribute__((patchable_function_entry(CODE_LINE - (n), CODE_LINE - (n))))

/* A hot function has a cold twin beside it, out of line and out of its cache lines. */
#define HOT __attribute__((hot, aligned(CODE_LINE)))
#define COLD __attribute__((cold, noinline))

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/*
 * Initial-exec: one load of an offset, then the variable, without a call into the dynamic linker
 * (which could allocate).  A preloaded library is there from the start, so its share of the static
 * TLS is reserved.
 */
#define THREAD_LOCAL __thread __attribute__((tls_model("initial-exec")))

#endif
