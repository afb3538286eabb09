#ifndef MEMAGENT_EXPONENTIAL_H
#define MEMAGENT_EXPONENTIAL_H
/*
 * exponential: random gaps with an exponential distribution, and the weight of a sample.
 *
 * A byte is sampled with probability 1 / mean, whatever was sampled before.  So an object of s
 * bytes is sampled with probability 1 - exp(-s / mean), and its weight is the inverse of that.
 *
 * Layer    shim, leaf; pure.  Without libm, because the shim may need libc only.
 */
#include <stddef.h>
#include <stdint.h>

/* A weight is a fixed-point number with this many binary places. */
#define WEIGHT_PLACES 16

/* Return the next random number of the generator with ${*state}, which is not 0 (xorshift64*). */
uint64_t exponential_random(uint64_t *state);

/* Return a random gap in bytes, at least 1, with the mean ${mean}. */
uint64_t exponential_gap(uint64_t *state, uint64_t mean);

/*
 * exponential_weight(size, mean):
 * Return how many objects a sampled object of ${size} bytes represents, in fixed point.
 */
uint64_t exponential_weight(size_t size, uint64_t mean);

#endif
