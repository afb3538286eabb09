#include "agent/base/futex.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "agent/base/clock.h"

void futex_wait(const uint32_t *word, uint32_t value, int64_t deadline_ns)
{
	struct timespec deadline = {deadline_ns / CLOCK_S, deadline_ns % CLOCK_S};
	int saved = errno;

	/* FUTEX_WAIT takes a relative time; this variant takes an absolute one. */
	syscall(SYS_futex, word, FUTEX_WAIT_BITSET_PRIVATE, value, &deadline, NULL,
		FUTEX_BITSET_MATCH_ANY);
	errno = saved;
}

void futex_wake(const uint32_t *word)
{
	int saved = errno;

	syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX);
	errno = saved;
}

void futex_set(uint32_t *word, uint32_t value)
{
	__atomic_store_n(word, value, __ATOMIC_SEQ_CST);
	futex_wake(word);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): it is written, by the exchange */
bool futex_change(uint32_t *word, uint32_t from, uint32_t to)
{
	return __atomic_compare_exchange_n(word, &from, to, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
}

/* NOLINTNEXTLINE(readability-non-const-parameter): it is written, by the exchange */
uint32_t futex_swap(uint32_t *word, uint32_t value)
{
	return __atomic_exchange_n(word, value, __ATOMIC_SEQ_CST);
}

uint32_t futex_get(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}
