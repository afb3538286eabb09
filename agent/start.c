/*
 * start: when the agent begins and ends in the life of a process.
 *
 * Runs in the program's main thread (the constructor and the destructor) or in the thread that
 * forks.
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

static struct options options;

/*
 * When two copies of the library are in one process, only one may report it.  The dynamic linker
 * binds this name to the first copy's in both, and that is the one the program's calls come to.
 */
__attribute__((visibility("default"))) const struct options *memagent_first_copy = &options;

static bool is_first_copy(void)
{
	return memagent_first_copy == &options;
}

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
	log_open(options.log, getpid(), NULL);
	log_say(LOG_CONFIG, "cannot start its thread: %s; this process is not reported",
		strerrordesc_np(error));
}

/*
 * ThreadSanitizer brings its own malloc, of which nothing is seen, and crashes in the malloc of a
 * thread that it has not made itself.  It ends a forked child in which it is asked for one.
 */
static bool is_watched(void)
{
	if (object_first("__tsan_init") == NULL)
		return false;
	log_open(options.log, getpid(), NULL);
	log_say(LOG_CONFIG, "this program is built with ThreadSanitizer, beside which the agent "
			    "cannot run; this process is not reported");
	return true;
}

static bool defers(void (*handler)(void *))
{
	enum url_scheme scheme = url_scheme(options.url);

	/* The others do without OpenSSL. */
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

static void prepare(char *const *argv)
{
	shim_init();
	if (!is_first_copy())
		return;
	options_read(&options, from_environment);
	if (!options.enabled || exclude_by_option(argv) ||
	    exclude_by_name(program_invocation_short_name, options.exclude))
		return;
	log_remember();
	if (is_watched())
		return;
	shim_set_hooks(&hooks);
	(void)!at_quick_exit(sidecar_stop); /* without room for it there is no last point then */
	start_sidecar();
}

/*
 * libc hands constructors what it hands main.  The program's main begins with the errno that it has
 * without us: 0.
 */
static __attribute__((constructor)) void start(int argc, char **argv)
{
	int saved = errno;

	(void)argc;
	prepare(argv);
	errno = saved;
}

/*
 * After the program's own exit handlers and destructors, so that what they free is counted.  Not
 * after those of the libraries, though that could be had by registering a handler here: among them
 * are the ones that the sidecar has loaded, and what they free was never the program's.
 */
static __attribute__((destructor)) void stop(void)
{
	int saved = errno;

	sidecar_stop();
	if (sidecar_is_over())
		openssl_clean_up();
	errno = saved;
}
