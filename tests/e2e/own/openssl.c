/*
 * A library that exports another function under one of the names of OpenSSL.
 */
#include <stdlib.h>

void SSL_CTX_new(void);
void SSL_CTX_new(void)
{
	abort();
}
