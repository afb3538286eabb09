#include "agent/parent.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/guest/exclude.h"

static struct {
	bool is_launched; /* memagent-run became this process by exec */
	bool is_forked;
	uid_t user;
	enum { UNKNOWN, METERED, NOT_METERED } parent;
} state;

void parent_remember(void)
{
	state.is_launched = exclude_is_launched();
}

void parent_begin(bool is_forked, uid_t user)
{
	state.is_forked = is_forked;
	state.user = user;
	state.parent = UNKNOWN;
}

bool parent_is_metered(void)
{
	if (state.parent == UNKNOWN)
		state.parent =
		    state.is_forked || (!state.is_launched && exclude_is_metered(getppid()))
			? METERED
			: NOT_METERED;
	return state.parent == METERED;
}

bool parent_has_logged(enum log_kind kind)
{
	char path[32];
	struct stat parent;

	if (!parent_is_metered() || kind != LOG_FILE)
		return parent_is_metered();
	if (state.is_forked)
		return state.user == geteuid();
	snprintf(path, sizeof(path), "/proc/%d", (int)getppid());
	return stat(path, &parent) == 0 && parent.st_uid == geteuid();
}
