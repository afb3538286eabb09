/* many: a library of many functions that allocate, so that its unwind table has some pages. */
#include <stdlib.h>

void *many_make(unsigned i, size_t size);

/* Not a tail call: the function must be on the stack. */
#define FUNCTION(n)                                                                                \
	static void *make##n(size_t size)                                                          \
	{                                                                                          \
		void *volatile p = malloc(size);                                                   \
                                                                                                   \
		return p;                                                                          \
	}
#define TEN(m, n) m(n##0) m(n##1) m(n##2) m(n##3) m(n##4) m(n##5) m(n##6) m(n##7) m(n##8) m(n##9)
#define HUNDRED(m, n)                                                                              \
	TEN(m, n##0)                                                                               \
	TEN(m, n##1)                                                                               \
	TEN(m, n##2)                                                                               \
	TEN(m, n##3)                                                                               \
	TEN(m, n##4)                                                                               \
	TEN(m, n##5)                                                                               \
	TEN(m, n##6)                                                                               \
	TEN(m, n##7)                                                                               \
	TEN(m, n##8)                                                                               \
	TEN(m, n##9)
#define NAME(n) make##n,
#define ALL(m) HUNDRED(m, 1) HUNDRED(m, 2) HUNDRED(m, 3) HUNDRED(m, 4) HUNDRED(m, 5)

ALL(FUNCTION)

static void *(*const functions[])(size_t) = {ALL(NAME)};

void *many_make(unsigned i, size_t size)
{
	return functions[i % (sizeof(functions) / sizeof(functions[0]))](size);
}
