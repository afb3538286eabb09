/*
 * generic: plain C, for a processor without a header of its own; see arch.h.  Included by it only.
 */

/* Most processors fetch code in lines of this size. */
#define CODE_LINE 64

/*
 * Atomic: between a plain load and store, the count of a signal handler would be lost.
 */
INLINE void arch_add(uint64_t *counter, uint64_t n)
{
	__atomic_fetch_add(counter, n, __ATOMIC_RELEASE);
}

INLINE bool arch_add_carries(uint64_t *counter, uint64_t n)
{
	return __atomic_add_fetch(counter, n, __ATOMIC_RELEASE) < n;
}

INLINE size_t arch_leading_zeros(size_t bits)
{
	return (size_t)__builtin_clzll(bits);
}

/* System calls go through libc. */
#define ARCH_HAS_SYSCALL 0

/* The walk of the stack does not know this processor. */
#define ARCH_WALKS 0
