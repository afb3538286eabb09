#ifndef MEMAGENT_PACE_H
#define MEMAGENT_PACE_H
/*
 * pace: decides how often a sample is taken, so that sampling stays within its share of the CPU.
 *
 * Layer    agent, leaf; pure.
 */
#include <stdint.h>

/* The largest mean distance of two samples, in bytes. */
#define PACE_LARGEST ((uint64_t)256 << 20)

#define PACE_SAMPLES 500 /* most samples a second */
#define PACE_FREE 100	 /* samples a second that every process may take, whatever they cost */
#define PACE_LIVE 4096	 /* most live samples, about, so that their table never fills */

struct pace_input {
	uint64_t mean;	     /* in force, bytes */
	uint64_t least_mean; /* bytes */
	uint64_t elapsed_ns; /* since the last call */
	uint64_t requested;  /* bytes, since the last call */
	uint64_t cpu_ns;     /* CPU time of the process, since the last call */
	uint64_t live_bytes; /* now */
	uint64_t samples;    /* since the start */
	uint64_t samples_ns; /* time that they took in the program's threads */
	uint64_t budget_ppm; /* largest share of cpu_ns, in parts per million */
};

/*
 * pace_mean(input):
 * Return the mean from now on.  It grows at once as far as needed, and shrinks by half at a time.
 */
uint64_t pace_mean(const struct pace_input *input);

#endif
