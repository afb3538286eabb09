/*
 * arm64: see arch.h.  Included by it only.
 */

#define CODE_LINE 64

/*
 * Load and store exclusive.  The return from a signal handler clears the exclusive monitor; then
 * the store fails and the loop repeats.  That is cheaper than an atomic addition.
 */
/* NOLINTNEXTLINE(readability-non-const-parameter): it is written, by the instructions */
INLINE void arch_add(uint64_t *counter, uint64_t n)
{
	uint64_t sum;
	uint32_t failed;

	__asm__ volatile("1:	ldxr	%0, %2\n"
			 "	add	%0, %0, %3\n"
			 "	stlxr	%w1, %0, %2\n"
			 "	cbnz	%w1, 1b"
			 : "=&r"(sum), "=&r"(failed), "+Q"(*counter)
			 : "r"(n)
			 : "memory");
}

INLINE size_t arch_leading_zeros(size_t bits)
{
	return (size_t)__builtin_clzll(bits);
}

/* The walk of the stack does not know this processor. */
#define ARCH_WALKS 0
