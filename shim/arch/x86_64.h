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

/* The carry flag is the result, so the test of it is one jump. */
/* NOLINTNEXTLINE(readability-non-const-parameter): it is written, by the instruction */
INLINE bool arch_add_carries(uint64_t *counter, uint64_t n)
{
	bool carries;

	__asm__ volatile("addq %2, %0" : "+m"(*counter), "=@ccc"(carries) : "er"(n));
	return carries;
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

#define ARCH_HAS_SYSCALL 1

INLINE long arch_syscall(long number, const long *a)
{
	/* cppcheck-suppress constStatement ; the instruction takes it */
	register long r10 __asm__("r10") = a[3];
	/* cppcheck-suppress constStatement ; the instruction takes it */
	register long r8 __asm__("r8") = a[4];
	/* cppcheck-suppress constStatement ; the instruction takes it */
	register long r9 __asm__("r9") = a[5];
	long result;

	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	return result;
}

/* The walk of the stack: see arch.h. */
#define ARCH_WALKS 1
#define ARCH_CALL_BYTES 7
#define ARCH_HAS_LINK 0
#define ARCH_THREAD_BELOW 0
#define ARCH_SIGNAL_IN_CFI 1
#define ARCH_DWARF_PC 16
#define ARCH_DWARF_SP 7
#define ARCH_DWARF_FP 6
#define ARCH_DWARF_RA 16

/* Below a signal handler sp points to a ucontext_t. */
#define ARCH_SIGNAL_FP 120
#define ARCH_SIGNAL_SP 160
#define ARCH_SIGNAL_PC 168

/* Needs a frame pointer, which this makes the compiler set up. */
INLINE struct arch_registers arch_caller(void)
{
	const uintptr_t *frame = (const uintptr_t *)__builtin_frame_address(0);

	return (
	    struct arch_registers){.pc = frame[1], .sp = (uintptr_t)(frame + 2), .fp = frame[0]};
}

INLINE uintptr_t arch_code_address(uintptr_t word)
{
	return word;
}

INLINE uintptr_t arch_thread_pointer(void)
{
	uintptr_t pointer;

	__asm__("movq %%fs:0, %0" : "=r"(pointer));
	return pointer;
}

/* call rel32; call of a register or of a word in memory (opcode ff, digit 2) has 2 to 7 bytes. */
INLINE bool arch_is_call(const uint8_t *end)
{
	if (end[-5] == 0xe8)
		return true;
	for (int i = 2; i <= ARCH_CALL_BYTES; i++)
		if (end[-i] == 0xff && (end[-i + 1] & 0x38) == 0x10)
			return true;
	return false;
}
