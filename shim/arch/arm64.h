/*
 * arm64: see arch.h.  Included by it only.
 */

#define CODE_LINE 64

/*
 * Load and store exclusive.  The return from a signal handler clears the exclusive monitor; then
 * the store fails and the loop repeats.  That is cheaper than an atomic addition.
 */
/* NOLINTNEXTLINE(readability-non-const-parameter): it is written, by the instructions */
INLINE uint64_t arch_sum(uint64_t *counter, uint64_t n)
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
	return sum;
}

INLINE void arch_add(uint64_t *counter, uint64_t n)
{
	arch_sum(counter, n);
}

INLINE bool arch_add_carries(uint64_t *counter, uint64_t n)
{
	return arch_sum(counter, n) < n;
}

INLINE size_t arch_leading_zeros(size_t bits)
{
	return (size_t)__builtin_clzll(bits);
}

#define ARCH_HAS_SYSCALL 1

INLINE long arch_syscall(long number, const long *a)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a[0];
	register long x1 __asm__("x1") = a[1];
	register long x2 __asm__("x2") = a[2];
	register long x3 __asm__("x3") = a[3];
	register long x4 __asm__("x4") = a[4];
	register long x5 __asm__("x5") = a[5];

	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	return x0;
}

/* The walk of the stack does not know this processor. */
#define ARCH_WALKS 0
