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

/* The walk of the stack: see arch.h.  clang's __builtin_dwarf_cfa is wrong on this processor. */
#ifdef __clang__
#	define ARCH_WALKS 0
#else
#	define ARCH_WALKS 1
#endif
#define ARCH_CALL_BYTES 4
#define ARCH_HAS_LINK 1
#define ARCH_THREAD_BELOW 1
#define ARCH_SIGNAL_IN_CFI 0
#define ARCH_DWARF_SP 31
#define ARCH_DWARF_FP 29
#define ARCH_DWARF_RA 30
#define ARCH_DWARF_PC (-1) /* none */

/* Below a signal handler sp points to a siginfo_t and a ucontext_t. */
#define ARCH_SIGNAL_BYTES 4688
#define ARCH_SIGNAL_FP 544
#define ARCH_SIGNAL_LINK 552
#define ARCH_SIGNAL_SP 560
#define ARCH_SIGNAL_PC 568

#if ARCH_WALKS
/* Remove the signature of pointer authentication (xpaclri). */
INLINE uintptr_t arch_code_address(uintptr_t word)
{
	register uintptr_t link __asm__("x30") = word;

	__asm__("hint #7" : "+r"(link));
	return link;
}

INLINE struct arch_registers arch_caller(void)
{
	const uintptr_t *frame = (const uintptr_t *)__builtin_frame_address(0);

	return (struct arch_registers){
	    .pc = (uintptr_t)__builtin_return_address(0),
	    .sp = (uintptr_t)__builtin_dwarf_cfa(),
	    .fp = frame[0],
	};
}
#endif

INLINE uintptr_t arch_thread_pointer(void)
{
	return (uintptr_t)__builtin_thread_pointer();
}

/* bl; blr and its forms with pointer authentication. */
INLINE bool arch_is_call(const uint8_t *end)
{
	uint32_t instruction;

	__builtin_memcpy(&instruction, end - 4, sizeof(instruction));
	return instruction >> 26 == 0x25 || (instruction & 0xfefff800) == 0xd63f0000;
}
