/* slowload: makes loading the agent's HTTP transport slow. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

extern volatile int slowload_phase;
volatile int slowload_phase; /* 0 before, 1 while it is loaded, 2 after */

void *dlopen(const char *path, int flags)
{
	void *(*real)(const char *, int) = (void *(*)(const char *, int))dlsym(RTLD_NEXT, "dlopen");
	const char *seconds = getenv("SLOWLOAD");
	struct timespec pause = {seconds ? atoi(seconds) : 0, 300000000};
	void *object;

	if (path == NULL || strstr(path, "memagent-http.so") == NULL)
		return real(path, flags);
	slowload_phase = 1;
	object = real(path, flags);
	nanosleep(&pause, NULL);
	slowload_phase = 2;
	return object;
}
