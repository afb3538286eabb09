/*
 * A library loaded by dlmopen has another malloc.  Its allocations are not counted, and the agent
 * reports that.
 *
 * wants-line: is in another namespace of the dynamic linker (dlmopen or LD_AUDIT)
 */
#include <dlfcn.h>

#include "expect.h"

/* Wait until a point reports incomplete coverage.  The bare program has no points. */
static void wait_for_agent(void)
{
	const char *url = getenv("MEMAGENT_URL");
	const struct timespec moment = {0, 10000000};
	char command[4096];

	if (url == NULL)
		return;
	snprintf(command, sizeof(command), "grep -q agent_coverage=0 '%s'",
		 url + strlen("file://"));
	for (int i = 0; i < 2000 && system(command) != 0; i++)
		nanosleep(&moment, NULL);
}

int main(void)
{
	void *library = dlmopen(LM_ID_NEWLM, "libc.so.6", RTLD_NOW);
	void *(*make)(size_t);
	void *object;

	if (library == NULL)
		skip("dlmopen does not work here");
	make = (void *(*)(size_t))dlsym(library, "malloc");
	object = make(100000);
	CHECK(object != NULL);
	wait_for_agent();
	expect("agent_coverage", "=", 0);
	return 0;
}
