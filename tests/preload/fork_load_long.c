/*
 * As fork_load.c, but loading takes too long.  The fork goes ahead, and the child reports that it
 * has no agent.
 *
 * with-preload: ours libslowload.so
 * with-env: MEMAGENT_URL=http://127.0.0.1:1 SLOWLOAD=6 MEMAGENT_EXIT_TIMEOUT=10s
 * wants-line: cannot start the agent's thread
 * wants-points: none
 */
#include "fork_load.h"

int main(void)
{
	fork_while_it_loads(1);
	_exit(0);
}
