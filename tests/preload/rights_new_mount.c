/*
 * A namespace of mounts of the program's own, in which the program may hide what it has: the
 * agent's thread, which is not in it, ends, and says so in a line, an event and its last point; the
 * program goes on.
 *
 * wants-line: moved to another root directory or namespace
 * wants-event: moved to another root or namespace, no longer reported
 */
#include "rights.h"

int main(void)
{
	rights_go_alone(CLONE_NEWNS);
	return 0;
}
