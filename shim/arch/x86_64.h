/*
 * x86_64: see arch.h.  Included by it only.
 */

#define CODE_LINE 64

/*
 * Without a lock prefix: one instruction is atomic towards the thread's own signal handlers, and
 * its store is a release (total store order).  Volatile keeps additions in their order.
 */
/* NOLINTNEXTLINE(readability-non-const-parameter): it is written, by the instruction */
INLINE void arch_add(uint64_t *counter, uint64_t n)
{
	__asm__ volatile("addq %1, %0" : "+m"(*counter) : "er"(n));
}

/*
 * lzcnt, which processors from before 2013 take for bsr: that numbers the bits from the other end.
 * Either will do as long as the reader asks too.  Plain bsr takes AMD's processors 8 times as long.
 */
INLINE size_t arch_leading_zeros(size_t bits)
{
	size_t slot;

	__asm__("rep bsr %1, %0" : "=r"(slot) : "r"(bits) : "cc");
	return slot;
}
