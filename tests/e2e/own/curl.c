/*
 * A library that shows one name of libcurl's to the world, for something else.
 */
#include <stdlib.h>

void curl_multi_init(void);
void curl_multi_init(void)
{
	abort();
}
