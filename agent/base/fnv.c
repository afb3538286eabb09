#include "agent/base/fnv.h"

#define PRIME UINT64_C(0x100000001b3)

uint64_t fnv_add(uint64_t hash, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ p[i]) * PRIME;
	return hash;
}
