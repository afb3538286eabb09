#ifndef MEMAGENT_FUTEX_H
#define MEMAGENT_FUTEX_H
/*
 * futex: a word that one thread waits on and another changes.  Unlike a condition variable it has
 * no lock, so a fork cannot copy a held one.
 *
 * Layer    agent, leaf.
 * Threads  any; leaves errno alone.
 * Source   futex(2).
 */
#include <stdbool.h>
#include <stdint.h>

/*
 * futex_wait(word, value, deadline_ns):
 * Wait while ${*word} is ${value}, until ${deadline_ns} of the monotonic clock at most.  May return
 * early.
 */
void futex_wait(const uint32_t *word, uint32_t value, int64_t deadline_ns);

/* Set ${*word} to ${value} and wake all waiters. */
void futex_set(uint32_t *word, uint32_t value);

/*
 * futex_change(word, from, to):
 * Set ${*word} to ${to} if it is ${from}, and return whether it was.  Wakes no waiter.
 */
bool futex_change(uint32_t *word, uint32_t from, uint32_t to);

/* Set ${*word} to ${value} and return the old value.  Wakes no waiter. */
uint32_t futex_swap(uint32_t *word, uint32_t value);

/* Wake all waiters without a change of ${*word}. */
void futex_wake(const uint32_t *word);

/* Return ${*word}.  Whatever was written before the futex_set of that value is visible. */
uint32_t futex_get(const uint32_t *word);

#endif
