/*
 * A library that shows one name of libcrypto's to the world, for something else.
 */
#include <stdlib.h>

void EVP_DigestInit_ex(void);
void EVP_DigestInit_ex(void)
{
	abort();
}
