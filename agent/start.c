/*
 * start: starts the agent with the process and stops it at the end.
 *
 * Threads  the main thread (constructor and destructor), and any thread that forks.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/guest/exclude.h"
#include "agent/base/log.h"
#include "agent/guest/openssl.h"
#include "agent/settings/options.h"
#include "agent/sidecar.h"
#include "agent/settings/url.h"
#include "shim/shim.h"
#include "shim/sites/sites.h"

static struct options options;

/*
 * If a process has two copies of the library, only the first may report.  The dynamic linker binds
 * this name to the first copy's variable in both, as it binds the program's malloc.
 */
__attribute__((visibility("default"))) const struct options *memagent_first_copy = &options;

static bool is_first_copy(void)
{
	return memagent_first_copy == &options;
}

static const char *from_environment(const char *name)
{
	/* The user of a set-uid program must not choose where it writes. */
	return secure_getenv(name);
}

static void start_sidecar(void)
{
	int error = sidecar_start(&options);

	if (error == 0)
		return;
	log_open(options.log, getpid(), NULL);
	log_say(LOG_CONFIG, "cannot start the agent's thread: %s; this process is not reported",
		strerrordesc_np(error));
}

/*
 * ThreadSanitizer brings its own malloc, which bypasses ours.  It crashes when a thread that it did
 * not create allocates, and it ends a forked child that creates a thread.
 */
static bool has_thread_sanitizer(void)
{
	if (object_first("__tsan_init") == NULL)
		return false;
	log_open(options.log, getpid(), NULL);
	log_say(LOG_CONFIG, "this program is built with ThreadSanitizer, which does not work "
			    "with the agent; this process is not reported");
	return true;
}

static bool defers(void (*handler)(void *))
{
	enum url_scheme scheme = url_scheme(options.url);

	/* The other schemes do not use OpenSSL. */
	return scheme != URL_FILE && scheme != URL_UDP && openssl_defers(handler);
}

static const struct shim_hooks hooks = {
    .before_fork = sidecar_hold,
    .is_here = sidecar_is_here,
    .after_fork = sidecar_release,
    .in_child = start_sidecar,
    .in_clone = sidecar_forget,
    .exits = sidecar_stop,
    .retire = sidecar_retire,
    .main_exits = sidecar_main_exits,
    .defers = defers,
};

/* Return whether this process is to be reported. */
static bool is_reported(char *const *argv)
{
	if (!is_first_copy())
		return false;
	options_read(&options, from_environment);
	if (!options.enabled || exclude_by_option(argv) ||
	    exclude_by_name(program_invocation_short_name, options.exclude))
		return false;
	log_remember();
	return !has_thread_sanitizer();
}

static void prepare(char *const *argv)
{
	shim_init();
	if (!is_reported(argv)) {
		sites_set_mean(0);
		return;
	}
	if (!options.sites)
		sites_set_mean(0);
	shim_set_hooks(&hooks);
	(void)!at_quick_exit(sidecar_stop); /* if full, quick_exit has no last point */
	start_sidecar();
}

/* libc passes main's arguments to constructors.  errno is kept: main must still find it 0. */
static __attribute__((constructor)) void start(int argc, char **argv)
{
	int saved = errno;

	(void)argc;
	prepare(argv);
	errno = saved;
}

/*
 * Runs after the program's exit handlers and destructors, so that their frees are counted.  It runs
 * before the destructors of libraries, because the sidecar's own libraries are among them.
 */
static __attribute__((destructor)) void stop(void)
{
	int saved = errno;

	sidecar_stop();
	if (sidecar_is_over())
		openssl_clean_up();
	errno = saved;
}
