#ifndef HONEST_H
#define HONEST_H
/*
 * honest: what the honest programs share.
 *
 *   PROGRAM MODE SECONDS
 *
 * runs that mode for so many seconds.  No mode leaks.  Each allocates at call sites of its own, in
 * functions whose names tell what they do, at a steady and modest rate.  Rounds are due at fixed
 * times and the random numbers are always the same, so each run does the same.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ROUNDS_A_SECOND 200

struct mode {
	const char *name;
	void (*begin)(void); /* before the first round, or NULL */
	void (*round)(unsigned round);
};

/* The modes of the program; one without a name ends them. */
extern const struct mode modes[];

/* Return memory that is written to, or end the program. */
void *honest_write(void *p, size_t size);

/* Return a number below ${n}.  Not for more than one thread. */
uint32_t random_below(uint32_t n);

/* Return a number above 0 and at most 1. */
double random_unit(void);

/* Define a function with a call site of malloc.  The barrier keeps the call from becoming a jump.
 */
#define SITE(name)                                                                                 \
	__attribute__((noinline)) void *name(size_t size);                                         \
	void *name(size_t size)                                                                    \
	{                                                                                          \
		void *p = honest_write(malloc(size), size);                                        \
		__asm__ volatile("" ::: "memory");                                                 \
		return p;                                                                          \
	}

#ifdef __cplusplus
}
#endif
#endif
