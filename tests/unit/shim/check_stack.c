#include "shim/sites/stack.h"

#include <pthread.h>
#include <sys/mman.h>
#include <ucontext.h>

#include "tests/unit/unit.h"

#define STACK_BYTES ((size_t)256 << 10)

#if ARCH_WALKS

static uintptr_t here(void)
{
	return (uintptr_t)__builtin_frame_address(0);
}

START_TEST(main_thread_has_an_end)
{
	uintptr_t end = stack_end(here());

	ck_assert_uint_gt(end, here());
	ck_assert_uint_lt(end - here(), (uintptr_t)8 << 20);
}
END_TEST

static void *map_stack(void)
{
	void *stack =
	    mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ck_assert_ptr_ne(stack, MAP_FAILED);
	return stack;
}

/* ${arg}, if not NULL, is the stack that was made for the thread. */
static void *look_at_thread(void *arg)
{
	uintptr_t end = stack_end(here()), given = (uintptr_t)arg;
	pthread_attr_t attributes;
	void *start;
	size_t size, guard;

	ck_assert_int_eq(pthread_getattr_np(pthread_self(), &attributes), 0);
	ck_assert_int_eq(pthread_attr_getstack(&attributes, &start, &size), 0);
	ck_assert_uint_gt(end, here());
	ck_assert_uint_le(end, (uintptr_t)start + size);
	ck_assert_uint_eq(stack_end((uintptr_t)start + 8), end);
	ck_assert_int_eq(pthread_attr_getguardsize(&attributes, &guard), 0);
	ck_assert_uint_eq(stack_end((uintptr_t)start - guard - 8), 0);
	ck_assert_uint_eq(stack_end((uintptr_t)start + size + 8), 0);
	ck_assert(given == 0 || (end > given && end <= given + STACK_BYTES));
	pthread_attr_destroy(&attributes);
	return NULL;
}

static void run_thread(size_t bytes, char *stack)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	if (stack)
		ck_assert_int_eq(pthread_attr_setstack(&attributes, stack, STACK_BYTES - 64), 0);
	else
		ck_assert_int_eq(pthread_attr_setstacksize(&attributes, bytes), 0);
	ck_assert_int_eq(pthread_create(&thread, &attributes, look_at_thread, stack), 0);
	pthread_join(thread, NULL);
}

START_TEST(threads_have_an_end)
{
	run_thread((size_t)32 << 10, NULL);
	run_thread((size_t)1 << 20, NULL);
	run_thread((size_t)64 << 20, NULL);
	run_thread(0, (char *)map_stack() + 48);
	/* Once the bounds are found, the main thread's search must not use them. */
	ck_assert_uint_gt(stack_end(here()), here());
}
END_TEST

static ucontext_t caller, coroutine;
static uintptr_t end_in_coroutine;

static void look(void)
{
	end_in_coroutine = stack_end(here());
}

static void *run_coroutine(void *arg)
{
	end_in_coroutine = 1;
	getcontext(&coroutine);
	coroutine.uc_stack.ss_sp = map_stack();
	coroutine.uc_stack.ss_size = STACK_BYTES;
	coroutine.uc_link = &caller;
	makecontext(&coroutine, look, 0);
	swapcontext(&caller, &coroutine);
	ck_assert_uint_eq(end_in_coroutine, 0);
	return arg;
}

/* A stack may lie directly below the thread's own. */
START_TEST(other_stacks_have_no_known_end)
{
	pthread_t thread;

	run_coroutine(NULL);
	ck_assert_int_eq(pthread_create(&thread, NULL, run_coroutine, NULL), 0);
	pthread_join(thread, NULL);
	ck_assert_uint_eq(stack_end(0), 0);
	ck_assert_uint_eq(stack_end(UINTPTR_MAX), 0);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, main_thread_has_an_end);
	tcase_add_test(all, threads_have_an_end);
	tcase_add_test(all, other_stacks_have_no_known_end);
}

#else

static void add_tests(TCase *all)
{
	(void)all;
}

#endif

UNIT_MAIN("stack", add_tests)
