/*
 * A library that exports another function under one of the names of nghttp2.
 */
#include <stdlib.h>

void nghttp2_session_client_new2(void);
void nghttp2_session_client_new2(void)
{
	abort();
}
