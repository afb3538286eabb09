/*
 * operations: the operations whose instructions tests/bench/instructions counts.
 *
 *   operations COUNT
 *
 * Runs each operation COUNT times to warm up, then COUNT times, then twice COUNT times, and calls
 * mark after each.  At each mark callgrind writes the count since the previous one.  The third
 * count minus the second is exactly COUNT operations.  Prints the names in the order of the marks.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

typedef void *new_fn(size_t size);
typedef void delete_fn(void *p);

static new_fn *operator_new;
static delete_fn *operator_delete;

/* Not static, so that it has a symbol for valgrind to find. */
__attribute__((noinline)) void mark(void);
void mark(void)
{
	__asm__ volatile("");
}

static void pair(long count)
{
	while (count-- > 0)
		free(malloc(100));
}

static void zeroed(long count)
{
	while (count-- > 0)
		free(calloc(10, 10));
}

/* realloc does not move it: 100 and 104 bytes fit the same chunk. */
static void resized(long count)
{
	void *p = malloc(100);

	while (count-- > 0)
		p = realloc(p, count % 2 ? 100 : 104);
	free(p);
}

static void aligned(long count)
{
	void *p;

	while (count-- > 0)
		if (posix_memalign(&p, 64, 100) == 0)
			free(p);
}

/* Above glibc's largest threshold, so each object has its own mapping. */
static void mapped(long count)
{
	while (count-- > 0)
		free(malloc((size_t)40 << 20));
}

static void nothing(long count)
{
	while (count-- > 0)
		free(NULL);
}

static void operators(long count)
{
	while (count-- > 0)
		operator_delete(operator_new(100));
}

static void *one_pair(void *unused)
{
	free(malloc(100));
	return unused;
}

/* A thread's first allocation, and its end. */
static void thread(long count)
{
	pthread_t id;

	while (count-- > 0)
		if (pthread_create(&id, NULL, one_pair, NULL) == 0)
			pthread_join(id, NULL);
}

static const struct {
	const char *name;
	void (*run)(long count);
} operations[] = {
    {"pair", pair},
    {"calloc-free", zeroed},
    {"realloc", resized},
    {"aligned-free", aligned},
    {"mapped", mapped},
    {"free-null", nothing},
    {"new-delete", operators},
    {"thread", thread},
};

/*
 * The first sample of a call site is due after a random number of bytes, even if none is taken. Let
 * it be here, not in an operation.
 */
static void pass_first_gap(void)
{
	free(malloc((size_t)256 << 20));
}

int main(int argc, char **argv)
{
	const long count = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
	const long times[] = {count, count, 2 * count};

	if (count <= 0) {
		fprintf(stderr, "usage: operations COUNT\n");
		return 2;
	}
	pass_first_gap();
	operator_new = (new_fn *)dlsym(RTLD_DEFAULT, "_Znwm");
	operator_delete = (delete_fn *)dlsym(RTLD_DEFAULT, "_ZdlPv");
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		for (size_t j = 0; j < sizeof(times) / sizeof(times[0]); j++) {
			operations[i].run(times[j]);
			mark();
		}
		puts(operations[i].name);
	}
	return 0;
}
