/*
 * A library that shows one name of nghttp2's to the world, for something else.
 */
#include <stdlib.h>

void nghttp2_session_client_new2(void);
void nghttp2_session_client_new2(void)
{
	abort();
}
