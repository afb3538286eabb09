#ifndef MEMAGENT_WANTED_H
#define MEMAGENT_WANTED_H
/*
 * wanted: a sorted array of addresses, each with what was found for it.
 *
 * Layer    agent, leaf; pure.
 */
#include <stddef.h>
#include <stdint.h>

/*
 * wanted_from(first, size, count, address):
 * Return the index of the first of ${count} elements, at ${first} and after it, whose address is
 * not below ${address}; ${count} if there is none.  An element has ${size} bytes and begins with
 * its address.
 */
static inline size_t wanted_from(const uint64_t *first, size_t size, size_t count, uint64_t address)
{
	size_t low = 0;

	while (low < count) {
		size_t middle = low + (count - low) / 2;

		if (first[middle * size / sizeof(*first)] < address)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

#endif
