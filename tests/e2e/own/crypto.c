/*
 * A library that exports another function under one of the names of libcrypto.
 */
#include <stdlib.h>

void EVP_DigestInit_ex(void);
void EVP_DigestInit_ex(void)
{
	abort();
}
