/*
 * x86_64: see arch.h.  Included by it only.
 */

#define CODE_LINE 64

/*
 * No lock prefix: a signal handler of the thread cannot interrupt one instruction, and its store is
 * a release (total store order).  Volatile keeps the additions in order.
 */
/* NOLINTNEXTLINE(readability-non-const-parameter): it is written, by the instruction */
INLINE void arch_add(uint64_t *counter, uint64_t n)
{
	__asm__ volatile("addq %1, %0" : "+m"(*counter) : "er"(n));
}

/*
 * This is lzcnt, which processors before 2013 execute as bsr, with the opposite numbering.  The
 * reader handles both (counters_bucket).  Plain bsr is 8 times slower on AMD's processors.
 */
INLINE size_t arch_leading_zeros(size_t bits)
{
	size_t slot;

	__asm__("rep bsr %1, %0" : "=r"(slot) : "r"(bits) : "cc");
	return slot;
}
