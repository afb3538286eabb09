/*
 * A network of the program's own, in which the program may have no way out: the agent's thread,
 * which is not in it, ends, and says so in a line, an event and its last point; the program goes
 * on.
 *
 * wants-line: gone to another root directory or namespace than this thread
 * wants-event: went to another root or namespace, no longer seen
 */
#include "rights.h"

int main(void)
{
	rights_go_alone(CLONE_NEWNET);
	return 0;
}
