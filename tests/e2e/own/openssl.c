/*
 * A library that shows one name of OpenSSL's to the world, for something else.
 */
#include <stdlib.h>

void SSL_CTX_new(void);
void SSL_CTX_new(void)
{
	abort();
}
