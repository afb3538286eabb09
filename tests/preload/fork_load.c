/*
 * A program that forks while the agent loads its libraries: not before that is done, or the child
 * has them half-loaded.
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
