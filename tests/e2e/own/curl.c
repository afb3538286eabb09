/*
 * A library that exports another function under one of the names of libcurl.
 */
#include <stdlib.h>

void curl_multi_init(void);
void curl_multi_init(void)
{
	abort();
}
