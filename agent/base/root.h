#ifndef MEMAGENT_ROOT_H
#define MEMAGENT_ROOT_H
/*
 * root: the square, and the square root without libm, which the library does not need otherwise.
 *
 * Layer    agent, leaf; pure.
 */

static inline double square(double x)
{
	return x * x;
}

/* Return the square root of ${x}, or 0 if that is negative: Newton's method. */
static inline double square_root(double x)
{
	double root = x > 1 ? x : 1;

	if (x <= 0)
		return 0;
	for (int i = 0; i < 2000; i++) {
		double next = (root + x / root) / 2;

		if (next >= root)
			break;
		root = next;
	}
	return root;
}

#endif
