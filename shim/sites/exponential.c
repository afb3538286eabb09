#include "shim/sites/exponential.h"

#define LN2 0.693147180559945309

uint64_t exponential_random(uint64_t *state)
{
	uint64_t x = *state;

	x ^= x >> 12;
	x ^= x << 25;
	x ^= x >> 27;
	*state = x;
	return x * UINT64_C(0x2545f4914f6cdd1d);
}

/* Return -ln(x / 2^64) for ${x} above 0: ln m by the series of artanh, m in [1, 2). */
static double minus_ln(uint64_t x)
{
	int exponent = 63 - __builtin_clzll(x);
	double m = (double)x / (double)(UINT64_C(1) << exponent);
	double s = (m - 1) / (m + 1);
	double square = s * s, power = s, sum = 0;

	for (int i = 1; i < 20; i += 2) {
		sum += power / i;
		power *= square;
	}
	return (64 - exponent) * LN2 - 2 * sum;
}

uint64_t exponential_gap(uint64_t *state, uint64_t mean)
{
	return (uint64_t)(minus_ln(exponential_random(state) | 1) * (double)mean) + 1;
}

/* Return 1 - exp(-x) for ${x} from 0 to 50: the series for x / 2^n, then n doublings. */
static double one_minus_exp(double x)
{
	double sum = 0, term = 1;
	int doublings = 0;

	while (x > 0.25) {
		x /= 2;
		doublings++;
	}
	for (int i = 1; i < 12; i++) {
		term *= i > 1 ? -x / i : x;
		sum += term;
	}
	/* 1 - exp(-2x) = 2 (1 - exp(-x)) - (1 - exp(-x))^2 */
	while (doublings-- > 0)
		sum *= 2 - sum;
	return sum;
}

uint64_t exponential_weight(size_t size, uint64_t mean)
{
	double x = (double)size / (double)mean;

	if (x >= 50)
		return (uint64_t)1 << WEIGHT_PLACES;
	return (uint64_t)((double)(1 << WEIGHT_PLACES) / one_minus_exp(x) + 0.5);
}
