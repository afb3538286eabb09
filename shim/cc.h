#ifndef MEMAGENT_CC_H
#define MEMAGENT_CC_H
/*
 * cc: compiler attributes.
 *
 * Layer    shim, leaf.
 */

#include "shim/arch/arch.h"

/* For functions that the library exports; all others are hidden. */
#define EXPORT __attribute__((visibility("default")))

/* For variables of this library, so that they are read without the global offset table. */
#define INTERNAL __attribute__((visibility("hidden")))

/*
 * RETURNS_TO_A_LINE(n):
 * For a hot function in which ${n} bytes of code end with the first call: the code after that call
 * then starts on a new line of CODE_LINE bytes.  docs/PERFORMANCE.md has the gain.  A wrong ${n},
 * as with another compiler, only makes the function slower.
 */
#define RETURNS_TO_A_LINE(n)                                                                       \
	__attribute__((patchable_function_entry(CODE_LINE - (n), CODE_LINE - (n))))

/* COLD keeps rare cases out of the cache lines of a HOT function. */
#define HOT __attribute__((hot, aligned(CODE_LINE)))
#define COLD __attribute__((cold, noinline))

#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)

/*
 * Initial-exec: an access does not call the dynamic linker, which could allocate.  The library is
 * preloaded, so its variables always fit into static TLS.
 */
#define THREAD_LOCAL __thread __attribute__((tls_model("initial-exec")))

#endif
