/*
 * A fork waits while the agent loads its libraries.  Otherwise the child would have half-loaded
 * ones.
 *
 * with-preload: ours libslowload.so
 * with-env: MEMAGENT_URL=http://127.0.0.1:1 MEMAGENT_LOG=off
 * wants-points: none
 */
#include "fork_load.h"

int main(void)
{
	fork_while_it_loads(2);
	return 0;
}
