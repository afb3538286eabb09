/*
 * Allocates in frames of all kinds, in several threads and in coroutines.
 */
#include <alloca.h>
#include <pthread.h>
#include <search.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#define ROUNDS 10
#define THREADS 4
#define COROUTINE_BYTES (512 << 10)
#define APART __attribute__((noinline))
#define ALIGNED __attribute__((aligned(64)))

struct coroutine {
	ucontext_t caller, own;
};

static volatile int sum;
static __thread struct coroutine *running;

static APART void allocate(void)
{
	free(malloc(10));
	sum++;
}

static APART int variable_array(int n)
{
	char bytes[n];

	memset(bytes, 1, (size_t)n);
	allocate();
	return bytes[n / 2];
}

static APART int large(int n)
{
	char bytes[100000];

	memset(bytes, n, 300);
	allocate();
	return bytes[5] + variable_array(n);
}

static APART int aligned(int n)
{
	ALIGNED char bytes[256];

	memset(bytes, 1, sizeof(bytes));
	allocate();
	return bytes[3] + large(n);
}

static APART int aligned_and_variable(int n)
{
	ALIGNED char bytes[256];
	char *more = alloca((size_t)n + 16);

	memset(bytes, 1, sizeof(bytes));
	memset(more, 2, (size_t)n);
	allocate();
	return bytes[3] + more[2] + aligned(n);
}

static APART int many_arguments(int a, int b, int c, int d, int e, int f, int g, int h, long i)
{
	allocate();
	return a + b + c + d + e + f + g + h + (int)i + aligned_and_variable(a + 9);
}

static APART int any_arguments(int n, ...)
{
	va_list list;
	int first;

	va_start(list, n);
	first = va_arg(list, int);
	va_end(list);
	allocate();
	return first + many_arguments(n, 2, 3, 4, 5, 6, 7, 8, 9);
}

static APART int deep(int n)
{
	return n ? deep(n - 1) + 1 : any_arguments(2, 1, 2);
}

static int compare_numbers(const void *a, const void *b)
{
	allocate();
	return *(const int *)a - *(const int *)b;
}

static APART void call_back(void)
{
	int numbers[20];

	for (int i = 0; i < 20; i++)
		numbers[i] = i * 7 % 20;
	qsort(numbers, 20, sizeof(numbers[0]), compare_numbers);
}

static void run_coroutine(void)
{
	for (;;) {
		deep(3);
		call_back();
		swapcontext(&running->own, &running->caller);
	}
}

static APART void use_coroutine(void)
{
	struct coroutine coroutine;
	char *stack = malloc(COROUTINE_BYTES);

	running = &coroutine;
	getcontext(&coroutine.own);
	coroutine.own.uc_stack.ss_sp = stack;
	coroutine.own.uc_stack.ss_size = COROUTINE_BYTES;
	coroutine.own.uc_link = NULL;
	makecontext(&coroutine.own, run_coroutine, 0);
	for (int i = 0; i < 3; i++)
		swapcontext(&coroutine.caller, &coroutine.own);
	free(stack);
}

static void *work(void *arg)
{
	for (int i = 0; i < ROUNDS; i++) {
		deep(i * i % 90);
		call_back();
		use_coroutine();
	}
	return arg;
}

int main(void)
{
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, work, NULL);
	work(NULL);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	return 0;
}
