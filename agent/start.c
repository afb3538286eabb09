/*
 * start: when the agent begins and ends in the life of a process.
 *
 * Runs in the program's main thread (the constructor and the destructor) or in the thread that
 * forks.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/kin.h"
#include "agent/log.h"
#include "agent/options.h"
#include "agent/sidecar.h"
#include "shim/shim.h"

/* Of the C++ ABI; atexit would tie the handler to this library's own end. */
int __cxa_atexit(void (*run)(void *), void *arg, void *object);

static struct options options;

static const char *from_environment(const char *name)
{
	/* Not for a set-uid program: its user must not choose what a stronger process writes where.
	 */
	return secure_getenv(name);
}

static void start_sidecar(void)
{
	int error = sidecar_start(&options);

	if (error == 0)
		return;
	log_open(options.log, getpid());
	log_say(LOG_CONFIG, "cannot start its thread: %s; this process is not reported",
		strerrordesc_np(error));
}

static const struct shim_hooks hooks = {
    .before_fork = sidecar_hold,
    .after_fork = sidecar_release,
    .in_child = start_sidecar,
    .leaves = sidecar_stop,
    .main_leaves = sidecar_main_leaves,
};

static __attribute__((constructor)) void start(void)
{
	shim_init();
	options_read(&options, from_environment);
	if (!options.enabled || kin_is_excluded(program_invocation_short_name, options.exclude))
		return;
	log_remember();
	shim_set_hooks(&hooks);
	(void)!at_quick_exit(sidecar_stop); /* without room for it there is no last point then */
	start_sidecar();
}

static void stop_late(void *unused)
{
	(void)unused;
	sidecar_stop();
}

/*
 * The last point is for the very end, so that what everybody frees is counted: the program's exit
 * handlers and destructors have run by now, those of other libraries have not.  A handler that is
 * registered here runs after them.  Meanwhile the sidecar rests: what it has loaded is being torn
 * down.
 */
static __attribute__((destructor)) void stop(void)
{
	sidecar_hold();
	if (__cxa_atexit(stop_late, NULL, NULL))
		sidecar_stop();
}
