/*
 * The same when that takes too long: the child comes, without an agent, which says so.
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
