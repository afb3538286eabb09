#include "tools/run/watch.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/base/clock.h"
#include "agent/settings/url.h"

#define REPORT_LEAK 3 /* exit status of memagent-report --fail-on-leak */

/* Short programs need more than a call site's usual point in 10 s. */
#define SITES_INTERVAL "1s"

/* ---- the points ---- */

static int open_directory(struct watch *watch)
{
	const char *tmp = getenv("TMPDIR");
	char url[sizeof(watch->points) + 8];

	snprintf(watch->directory, sizeof(watch->directory), "%s/memagent-XXXXXX",
		 tmp && tmp[0] == '/' ? tmp : "/tmp");
	if (mkdtemp(watch->directory) == NULL) {
		warn("cannot make the directory %s for the points; see TMPDIR", watch->directory);
		return -1;
	}
	snprintf(watch->points, sizeof(watch->points), "%s/points", watch->directory);
	snprintf(url, sizeof(url), "file://%s", watch->points);
	return setenv("MEMAGENT_URL", url, 1);
}

static void close_directory(const struct watch *watch)
{
	if (watch->directory[0] == '\0')
		return;
	unlink(watch->points);
	rmdir(watch->directory);
}

int watch_open(struct watch *watch, const char *programs)
{
	const char *url = getenv("MEMAGENT_URL");

	watch->programs = programs;
	setenv("MEMAGENT_SITES_INTERVAL", SITES_INTERVAL, 0);
	if (url == NULL || url[0] == '\0')
		return open_directory(watch);
	if (url_scheme(url) != URL_FILE) {
		warnx(
		    "--fail-on-leak wants the points in a file: leave out --url and MEMAGENT_URL, "
		    "or use file:///PATH");
		return -1;
	}
	snprintf(watch->points, sizeof(watch->points), "%s", url_path(url));
	return 0;
}

/* ---- the command ---- */

/* A stopped child stops this process, so that a shell sees it. */
static void stop_too(pid_t child)
{
	raise(SIGSTOP);
	kill(child, SIGCONT);
}

/*
 * Wait for ${child}, while all signals are blocked.  What the terminal or the kernel sends reaches
 * the child, too; what a process sends to this one is passed on.
 */
static int await(pid_t child)
{
	sigset_t all;
	siginfo_t info;
	int status;

	sigfillset(&all);
	for (;;) {
		int number = sigwaitinfo(&all, &info);

		if (number != SIGCHLD) {
			if (number > 0 && info.si_code <= 0)
				kill(child, number);
			continue;
		}
		while (waitpid(child, &status, WNOHANG | WUNTRACED) == child) {
			if (!WIFSTOPPED(status))
				return status;
			stop_too(child);
		}
	}
}

/* Run the command in a child.  Return its wait status, or -1. */
static int run_child(int (*start)(char **command), char **command)
{
	struct sigaction normal = {.sa_handler = SIG_DFL}, ignored;
	sigset_t all, before;
	pid_t child;
	int status;

	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	sigaction(SIGCHLD, &normal, &ignored); /* if it is ignored, there is no status */
	child = fork();
	if (child == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* without a parent nobody would judge */
		sigaction(SIGCHLD, &ignored, NULL);
		sigprocmask(SIG_SETMASK, &before, NULL);
		_exit(start(command));
	}
	status = child > 0 ? await(child) : -1;
	sigprocmask(SIG_SETMASK, &before, NULL);
	return status;
}

/* ---- the verdict ---- */

static void exec_report(const struct watch *watch)
{
	int64_t from_ns = watch->start_ns + watch->grace_ns;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	char from[32], path[PATH_MAX + 32];

	snprintf(path, sizeof(path), "%s/memagent-report", watch->programs);
	snprintf(from, sizeof(from), "%lld.%09lld", (long long)(from_ns / CLOCK_S),
		 (long long)(from_ns % CLOCK_S));
	setenv("MEMAGENT_ENABLED", "0", 1); /* it may have the library preloaded itself */
	if (null >= 0)
		dup2(null, STDIN_FILENO);
	dup2(STDERR_FILENO, STDOUT_FILENO);
	execl(path, path, "--fail-on-leak", "--from", from, watch->points, (char *)NULL);
	warn("cannot run %s", path);
	_exit(WATCH_FAILED);
}

/* Return the exit status of memagent-report, or WATCH_FAILED. */
static int run_report(const struct watch *watch)
{
	pid_t child = fork();
	int status = -1;

	if (child == 0)
		exec_report(watch);
	while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	return child > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : WATCH_FAILED;
}

/* Return 0, WATCH_LEAK or WATCH_FAILED. */
static int judge_points(const struct watch *watch)
{
	struct stat st;

	if (stat(watch->points, &st) || st.st_size == 0) {
		warnx("no process wrote points to %s, so no leak could be found", watch->points);
		return WATCH_FAILED;
	}
	if (clock_wall_ns() < watch->start_ns + watch->grace_ns)
		return 0;
	switch (run_report(watch)) {
	case 0:
		return 0;
	case REPORT_LEAK:
		return WATCH_LEAK;
	default:
		warnx("the points in %s could not be judged", watch->points);
		return WATCH_FAILED;
	}
}

/* End as the command did. */
static int end_like(int status)
{
	const struct rlimit no_core = {0, 0};
	sigset_t one;

	if (!WIFSIGNALED(status))
		return WEXITSTATUS(status);
	setrlimit(RLIMIT_CORE, &no_core);
	signal(WTERMSIG(status), SIG_DFL);
	sigemptyset(&one);
	sigaddset(&one, WTERMSIG(status));
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	raise(WTERMSIG(status));
	return 128 + WTERMSIG(status);
}

int watch_run(struct watch *watch, int (*start)(char **command), char **command)
{
	int status, verdict;

	watch->start_ns = clock_wall_ns();
	status = run_child(start, command);
	if (status == -1) {
		warn("cannot start a process");
		close_directory(watch);
		return WATCH_FAILED;
	}
	verdict = judge_points(watch);
	close_directory(watch);
	if (verdict == WATCH_LEAK || (verdict && WIFEXITED(status) && WEXITSTATUS(status) == 0))
		return verdict;
	return end_like(status);
}
