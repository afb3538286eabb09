/*
 * The program enters a mount namespace of its own, where it may hide what it has.  The agent's
 * thread is not in it.  So it ends, and reports that in a line, an event and its last point.  The
 * program runs on.
 *
 * wants-line: moved to another root directory or namespace
 * wants-event: moved to another root or namespace, no longer reported
 */
#include "privileges.h"

int main(void)
{
	unshare_alone(CLONE_NEWNS);
	return 0;
}
