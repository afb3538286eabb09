/*
 * generic: plain C, for a processor without a header of its own; see arch.h.  Included by it only.
 */

/* What most processors fetch of code at once. */
#define CODE_LINE 64

/*
 * An atomic addition: with a load, an addition and a store, what a signal handler counts in between
 * would be lost.
 */
INLINE void arch_add(uint64_t *counter, uint64_t n)
{
	__atomic_fetch_add(counter, n, __ATOMIC_RELEASE);
}

INLINE size_t arch_leading_zeros(size_t bits)
{
	return (size_t)__builtin_clzll(bits);
}
