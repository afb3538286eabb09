#include "shim/sites/walk.h"

#include <alloca.h>
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "shim/cc.h"
#include "shim/sites/image.h"
#include "shim/sites/objects.h"
#include "shim/sites/rules.h"
#include "shim/sites/stack.h"
#include "tests/unit/unit.h"

#define MAX 128
#define PAGE 4096
#define STACK_BYTES ((size_t)64 << 10)
#define APART __attribute__((noinline))

/* Registers and code are those of x86-64. */
#ifdef __x86_64__

static uint64_t frames[MAX];
static size_t count, wanted = MAX;
static enum walk_end end;

/* The calls that are expected, innermost first. */
static uintptr_t calls[2 * MAX];
static size_t n_calls;

/* Note the stack that begins with the frame that has ${registers}. */
static APART void walk_registers(struct arch_registers registers)
{
	struct walk_stack stack = walk_from(registers, wanted, (struct walk_copy){frames, 0, MAX});

	count = stack.n;
	end = stack.end;
}

static uintptr_t absolute(uint64_t frame)
{
	return walk_address(frame) + objects_bias(walk_object(frame));
}

/* No tail call: the caller's frame must exist. */
#	define NOTE_CALL() (calls[n_calls++] = (uintptr_t)__builtin_return_address(0) - 1)

static APART void walk_here(void)
{
	n_calls = 0;
	NOTE_CALL();
	walk_registers(arch_caller());
}

static APART int inner(void)
{
	walk_here();
	NOTE_CALL();
	return (int)count;
}

static APART int outer(int n)
{
	volatile char bytes[100];
	int sum = inner();

	NOTE_CALL();
	bytes[n] = 0;
	return sum + bytes[n];
}

static void check_calls(void)
{
	ck_assert_uint_ge(count, n_calls);
	for (size_t i = 0; i < n_calls; i++)
		ck_assert_uint_eq(absolute(frames[i]), calls[i]);
}

START_TEST(frames_are_the_calls)
{
	outer(1);
	ck_assert_int_eq(end, WALK_WHOLE);
	ck_assert_uint_eq(n_calls, 3);
	check_calls();
	for (size_t i = 0; i < count; i++)
		ck_assert_ptr_nonnull(objects_at(walk_object(frames[i])));
	ck_assert_str_eq(objects_at(walk_object(frames[0]))->path, "");
}
END_TEST

static APART int nest(int n)
{
	int sum = n ? nest(n - 1) : inner();

	NOTE_CALL();
	return sum;
}

START_TEST(deep_stack_is_cut_off)
{
	outer(1);
	wanted = count;
	outer(1);
	ck_assert_int_eq(end, WALK_WHOLE);
	wanted = count - 1;
	outer(1);
	ck_assert_int_eq(end, WALK_DEPTH);
	ck_assert_uint_eq(count, wanted);
	wanted = MAX;
	nest(MAX);
	ck_assert_int_eq(end, WALK_DEPTH);
	ck_assert_uint_eq(count, MAX);
}
END_TEST

/* The library's own frames at the start are left out; here, all of this program's are its own. */
START_TEST(own_frames_are_left_out)
{
	struct walk_stack stack = walk(MAX, (struct walk_copy){frames, 0, MAX});

	ck_assert_int_eq(stack.end, WALK_WHOLE);
	ck_assert_uint_gt(stack.n, 0);
	ck_assert_str_ne(objects_at(walk_object(frames[0]))->path, "");
}
END_TEST

START_TEST(errno_is_kept)
{
	errno = 12345;
	rules_forget();
	outer(1);
	ck_assert_int_eq(errno, 12345);
}
END_TEST

static void *walk_in_thread(void *arg)
{
	outer(1);
	return arg;
}

START_TEST(thread_has_a_whole_stack)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, walk_in_thread, NULL), 0);
	pthread_join(thread, NULL);
	ck_assert_int_eq(end, WALK_WHOLE);
	check_calls();
}
END_TEST

/* ---- signals ---- */

static uintptr_t interrupted;

static void handle(int number, siginfo_t *info, void *context)
{
	const ucontext_t *c = context;

	(void)number;
	(void)info;
	interrupted = (uintptr_t)c->uc_mcontext.gregs[REG_RIP];
	outer(1);
}

static APART int raise_signal(void)
{
	int failed = raise(SIGUSR1);

	NOTE_CALL();
	return failed;
}

/* No frame on a stack whose end is unknown may be as large. */
static APART int raise_in_large_frame(void)
{
	volatile char bytes[2 << 20];

	bytes[0] = 0;
	return raise_signal() + bytes[0];
}

static bool has_frame(uintptr_t address)
{
	for (size_t i = 0; i < count; i++)
		if (absolute(frames[i]) == address)
			return true;
	return false;
}

static void check_signal(int flags)
{
	struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO | flags};

	ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
	ck_assert_int_eq(raise_in_large_frame(), 0);
	ck_assert_int_eq(end, WALK_WHOLE);
	ck_assert_uint_eq(n_calls, 4);
	ck_assert(has_frame(interrupted));
	ck_assert(has_frame(calls[3]));
}

START_TEST(walk_passes_a_signal_handler)
{
	check_signal(0);
}
END_TEST

START_TEST(walk_leaves_a_stack_of_a_handler)
{
	static char stack[STACK_BYTES];
	stack_t own = {.ss_sp = stack, .ss_size = sizeof(stack)};

	ck_assert_int_eq(sigaltstack(&own, NULL), 0);
	check_signal(SA_ONSTACK);
}
END_TEST

/* ---- stacks whose end is unknown ---- */

static ucontext_t caller, coroutine;
static uint8_t *stack_bottom;

/* Run ${function} on a stack that ends where memory ends. */
static void run_on_other_stack(void (*function)(void))
{
	stack_bottom = mmap(NULL, STACK_BYTES + PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	ck_assert_ptr_ne(stack_bottom, MAP_FAILED);
	ck_assert_int_eq(mprotect(stack_bottom + STACK_BYTES, PAGE, PROT_NONE), 0);
	getcontext(&coroutine);
	coroutine.uc_stack.ss_sp = stack_bottom;
	coroutine.uc_stack.ss_size = STACK_BYTES;
	coroutine.uc_link = &caller;
	makecontext(&coroutine, function, 0);
	swapcontext(&caller, &coroutine);
}

static void walk_in_coroutine(void)
{
	outer(1);
	NOTE_CALL();
}

START_TEST(coroutine_has_a_whole_stack)
{
	run_on_other_stack(walk_in_coroutine);
	ck_assert_int_eq(end, WALK_WHOLE);
	ck_assert_uint_eq(count, n_calls);
	check_calls();
}
END_TEST

/* There, frame pointers are believed; the first function's leads to the caller of getcontext. */
START_TEST(coroutine_on_the_own_stack_has_a_whole_stack)
{
	static char *volatile stack;
	char bytes[STACK_BYTES];

	stack = bytes;
	getcontext(&coroutine);
	coroutine.uc_stack.ss_sp = stack;
	coroutine.uc_stack.ss_size = sizeof(bytes);
	coroutine.uc_link = &caller;
	makecontext(&coroutine, walk_in_coroutine, 0);
	swapcontext(&caller, &coroutine);
	ck_assert_int_eq(end, WALK_WHOLE);
	ck_assert_uint_eq(count, n_calls);
	check_calls();
}
END_TEST

static APART void walk_with_bad_fp(void)
{
	struct arch_registers r = arch_caller();

	r.fp = (uintptr_t)stack_bottom + STACK_BYTES + 64;
	walk_registers(r);
}

/* Its frame has a variable size, so only the frame pointer leads out of it. */
static APART void need_fp(void)
{
	char *volatile bytes = alloca(count + 16);

	walk_with_bad_fp();
	bytes[0] = 0;
}

/* A function with a wrong unwind table may have left any number in the register. */
START_TEST(bad_frame_pointer_on_another_stack_is_not_followed)
{
	run_on_other_stack(need_fp);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(end, WALK_BOUNDS);
}
END_TEST

#	if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)

#		define PAINT 0xa5

static size_t stack_used;

static APART void measure(void)
{
	uint8_t *here = __builtin_frame_address(0), *lowest = stack_bottom;

	/* The first call of a function of libc looks it up. */
	walk_here();
	rules_forget();
	walk_here();
	memset(stack_bottom, PAINT, (size_t)(here - stack_bottom) - 512);
	rules_forget();
	walk_here();
	while (*lowest == PAINT)
		lowest++;
	stack_used = (size_t)(here - lowest);
}

START_TEST(little_stack_is_used)
{
	run_on_other_stack(measure);
	ck_assert_int_eq(end, WALK_WHOLE);
	ck_assert_uint_le(stack_used, 1200);
}
END_TEST

#	endif

/* ---- code of a JIT ---- */

/* push %rbp; mov %rsp, %rbp; call *%rdi; pop %rbp; ret */
static const uint8_t with_frame[] = {0x55, 0x48, 0x89, 0xe5, 0xff, 0xd7, 0x5d, 0xc3};

/* push %rbp; mov %rsi, %rbp; call *%rdi; pop %rbp; ret */
static const uint8_t without_frame[] = {0x55, 0x48, 0x89, 0xf5, 0xff, 0xd7, 0x5d, 0xc3};

typedef void jit(void (*function)(void), uintptr_t fp);

static void call_code(const uint8_t *code, size_t n, uintptr_t fp)
{
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(page, MAP_FAILED);
	memcpy(page, code, n);
	((jit *)(uintptr_t)page)(walk_in_coroutine, fp);
	NOTE_CALL();
	ck_assert_uint_eq(frames[3], (uintptr_t)page + 5);
}

static APART void call_with_frame(void)
{
	call_code(with_frame, sizeof(with_frame), 0);
}

START_TEST(frame_pointer_leads_out_of_a_jit)
{
	call_with_frame();
	ck_assert_int_eq(end, WALK_WHOLE);
	ck_assert(has_frame(calls[4]));
}
END_TEST

START_TEST(frame_pointer_is_not_believed_on_another_stack)
{
	run_on_other_stack(call_with_frame);
	ck_assert_int_eq(end, WALK_NO_RULE);
	ck_assert_uint_eq(count, 4);
}
END_TEST

START_TEST(wrong_frame_pointer_ends_the_walk)
{
	uintptr_t no_return[2] = {0, (uintptr_t)walk_in_coroutine}, here = (uintptr_t)no_return;
	const uintptr_t wrong[] = {0,
				   1,
				   8,
				   UINTPTR_MAX,
				   here + 1,
				   here - PAGE * 16,
				   stack_end(here),
				   stack_end(here) - 8,
				   (uintptr_t)frames,
				   here};

	for (size_t i = 0; i < UNIT_COUNT(wrong); i++) {
		call_code(without_frame, sizeof(without_frame), wrong[i]);
		ck_assert_int_eq(end, WALK_BOUNDS);
		ck_assert_uint_eq(count, 4);
	}
}
END_TEST

/* As with_frame, in this object, but no unwind table describes it. */
void undescribed(void (*function)(void));

__asm__(".text\n"
	".type undescribed, @function\n"
	"undescribed:\n"
	"	push %rbp\n"
	"	mov %rsp, %rbp\n"
	"	call *%rdi\n"
	"	pop %rbp\n"
	"	ret\n"
	".size undescribed, . - undescribed\n");

static APART void call_undescribed(void)
{
	undescribed(walk_in_coroutine);
	NOTE_CALL();
}

START_TEST(undescribed_code_needs_a_frame_pointer)
{
	call_undescribed();
	ck_assert_int_eq(end, WALK_WHOLE);
	ck_assert_uint_eq(absolute(frames[3]), calls[3]);
	ck_assert_uint_eq(absolute(frames[5]), calls[4]);
	run_on_other_stack(call_undescribed);
	ck_assert_int_eq(end, WALK_NO_RULE);
	ck_assert_uint_eq(count, 4);
	ck_assert_str_eq(objects_at(walk_object(frames[3]))->path, "");
}
END_TEST

/* ---- rules ---- */

static uintptr_t address_of_caller;

static APART int walk_by(rule r)
{
	address_of_caller = (uintptr_t)__builtin_return_address(0) - 1;
	rules_add(address_of_caller, r);
	walk_registers(arch_caller());
	return (int)count;
}

START_TEST(rules_decide)
{
	ck_assert_int_eq(walk_by(rule_make(RULE_BAD, 0, 0, 0)), 1);
	ck_assert_int_eq(end, WALK_BAD_CFI);
	ck_assert_uint_eq(absolute(frames[0]), address_of_caller);
	ck_assert_int_eq(walk_by(rule_make(RULE_OUTERMOST, 0, 0, 0)), 1);
	ck_assert_int_eq(end, WALK_WHOLE);
	/* A frame that ends at the stack pointer, below it, or behind the stack's end. */
	ck_assert_int_eq(walk_by(rule_make(RULE_SP, 0, 0, 1)), 1);
	ck_assert_int_eq(end, WALK_BOUNDS);
	ck_assert_int_eq(walk_by(rule_make(RULE_SP, -100, 0, 1)), 1);
	ck_assert_int_eq(end, WALK_BOUNDS);
	ck_assert_int_eq(walk_by(rule_make(RULE_SP, RULE_CFA_MAX - 1, 0, 1)), 1);
	ck_assert_int_eq(end, WALK_BOUNDS);
	/* What is saved is not in the frame. */
	ck_assert_int_eq(walk_by(rule_make(RULE_SP, 4, 100, 1)), 1);
	ck_assert_int_eq(end, WALK_BOUNDS);
	ck_assert_int_eq(walk_by(rule_make(RULE_SP, 4, 0, 100)), 1);
	ck_assert_int_eq(end, WALK_BOUNDS);
}
END_TEST

static APART int walk_by_stale_rule(void)
{
	address_of_caller = (uintptr_t)__builtin_return_address(0) - 1;
	rules_add(address_of_caller, rule_of(rule_make(RULE_SP, 4096, 0, 1), OBJECTS_OTHER));
	walk_registers(arch_caller());
	return (int)count;
}

static void use_stale_rule(void)
{
	ck_assert_int_gt(walk_by_stale_rule(), 1);
	NOTE_CALL();
}

/* The object was unloaded, and another one is in its place. */
START_TEST(rule_of_another_object_is_not_believed_on_another_stack)
{
	run_on_other_stack(use_stale_rule);
	ck_assert_int_eq(end, WALK_WHOLE);
	ck_assert_uint_eq(absolute(frames[0]), address_of_caller);
}
END_TEST

/* Whatever the registers are, if only sp is on this stack, and whatever the rules are. */
START_TEST(any_registers_have_an_end)
{
	uint64_t state = (uint64_t)_i;
	uintptr_t here = (uintptr_t)__builtin_frame_address(0), last = stack_end(here);
	const uintptr_t code[] = {
	    (uintptr_t)&dlopen, (uintptr_t)&outer, (uintptr_t)&memcpy, (uintptr_t)&qsort, 4096,
	    UINTPTR_MAX - 4096};

	for (int round = 0; round < 20000; round++) {
		struct arch_registers registers = {
		    .pc = code[unit_pick(&state, UNIT_COUNT(code))] + unit_pick(&state, 3000),
		    .sp = here + unit_pick(&state, last - here),
		    .fp =
			unit_pick(&state, 2) ? unit_random(&state) : here + unit_pick(&state, PAGE),
		};

		rule r = unit_random(&state) | (uint64_t)1 << 63;

		/* A frame of the kernel has any stack. */
		if (unit_pick(&state, 2) && rule_kind(r) != RULE_SIGNAL)
			rules_add(registers.pc - 1, r);
		walk_registers(registers);
		ck_assert_uint_le(count, MAX);
		ck_assert_uint_lt(end, WALK_ENDS);
	}
}
END_TEST

static void add_tests(TCase *all)
{
	if (!image_can_find())
		return;
	tcase_add_test(all, frames_are_the_calls);
	tcase_add_test(all, deep_stack_is_cut_off);
	tcase_add_test(all, own_frames_are_left_out);
	tcase_add_test(all, errno_is_kept);
	tcase_add_test(all, thread_has_a_whole_stack);
	tcase_add_test(all, walk_passes_a_signal_handler);
	tcase_add_test(all, walk_leaves_a_stack_of_a_handler);
	tcase_add_test(all, coroutine_has_a_whole_stack);
	tcase_add_test(all, coroutine_on_the_own_stack_has_a_whole_stack);
	tcase_add_test(all, bad_frame_pointer_on_another_stack_is_not_followed);
#	if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
	tcase_add_test(all, little_stack_is_used);
#	endif
	tcase_add_test(all, frame_pointer_leads_out_of_a_jit);
	tcase_add_test(all, frame_pointer_is_not_believed_on_another_stack);
	tcase_add_test(all, wrong_frame_pointer_ends_the_walk);
	tcase_add_test(all, undescribed_code_needs_a_frame_pointer);
	tcase_add_test(all, rules_decide);
	tcase_add_test(all, rule_of_another_object_is_not_believed_on_another_stack);
	tcase_add_loop_test(all, any_registers_have_an_end, 0, UNIT_SEEDS);
}

#else

static void add_tests(TCase *all)
{
	(void)all;
}

#endif

UNIT_MAIN("walk", add_tests)
