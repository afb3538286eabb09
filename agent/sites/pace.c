#include "agent/sites/pace.h"

#define FEWEST_SAMPLES 64  /* the cost of fewer is not known well enough */
#define USUAL_COST_NS 1000 /* of a sample, until it is known */

static double between(double least, double n, double most)
{
	if (n < least)
		return least;
	return n > most ? most : n;
}

/* Return how many samples a second the budget allows. */
static double allowed_samples(const struct pace_input *in)
{
	double cost_ns = in->samples < FEWEST_SAMPLES
			     ? USUAL_COST_NS
			     : (double)in->samples_ns / (double)in->samples;
	double share = (double)in->cpu_ns / (double)in->elapsed_ns;
	double budget_ns = 1e9 * share * (double)in->budget_ppm / 1e6;

	return between(PACE_FREE, cost_ns > 0 ? budget_ns / cost_ns : PACE_SAMPLES, PACE_SAMPLES);
}

uint64_t pace_mean(const struct pace_input *in)
{
	double mean = (double)in->mean;
	double a_second = (double)in->requested / ((double)in->elapsed_ns / 1e9);
	double fits = a_second / allowed_samples(in);
	double for_live = (double)in->live_bytes / PACE_LIVE;

	fits = fits > for_live ? fits : for_live;
	if (fits > mean)
		mean = fits;
	else
		mean = fits > mean / 2 ? fits : mean / 2;
	return (uint64_t)between((double)in->least_mean, mean, PACE_LARGEST);
}
