/*
 * memagent-run: runs a command with memagent preloaded.
 *
 * Options become environment variables, the library goes into LD_PRELOAD, and exec makes this
 * process the command: same pid, same exit status, same signals.  Before that, it reports a command
 * that cannot be metered.  With --fail-on-leak the command is a child (watch).
 *
 * It needs libc only.  --check loads the HTTP transport.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/settings/duration.h"
#include "tools/run/check.h"
#include "tools/run/flags.h"
#include "tools/run/judge.h"
#include "tools/run/library.h"
#include "tools/run/preload.h"
#include "tools/run/say.h"
#include "tools/run/watch.h"

#define WRONG_USE 2
#define ALLOCATORS "own or jemalloc"

#define GRACE "a time like 30s or 2m"

static struct library library = {.name = "libmemagent.so"};
static struct verdict_on verdict;
static struct watch watch;

/* The error for an invalid --url.  --check reports that itself, with everything else. */
static char complaint[4096];

static __attribute__((noreturn)) void refuse_unknown(const char *name, int n)
{
	fprintf(stderr, "memagent-run: unknown option %.*s: expected one of ", n, name);
	for (size_t i = 0; i < flags_count; i++)
		if (!flags[i].is_secret)
			fprintf(stderr, "--%s ", flags[i].name);
	fputs("--allocator --check --fail-on-leak --grace --help --version\n", stderr);
	exit(WRONG_USE);
}

static void set_allocator(const char *value)
{
	if (strcmp(value, "jemalloc") == 0) {
		library.name = "libmemagent-jemalloc.so";
	} else if (strcmp(value, "own") == 0) {
		library.name = "libmemagent.so";
	} else {
		say("--allocator '%s' is not valid: expected " ALLOCATORS, value);
		exit(WRONG_USE);
	}
}

static void set_grace(const char *value)
{
	if (duration_parse(value, &watch.grace_ns)) {
		say("--grace '%s' is not valid: expected " GRACE, value);
		exit(WRONG_USE);
	}
}

/* The options with a value that are not the agent's. */
static const struct {
	const char *name, *accepted;
	void (*set)(const char *value);
} own[] = {
    {"--allocator", ALLOCATORS, set_allocator},
    {"--grace", GRACE, set_grace},
};

/* Return the index of the own option with this ${name} of ${n} bytes, or -1. */
static int find_own(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strlen(own[i].name) == n && memcmp(own[i].name, name, n) == 0)
			return (int)i;
	return -1;
}

static void set_flag(const struct flag *flag, const char *value)
{
	char why[sizeof(complaint)] = "";

	if (flags_set(flag, value, why, sizeof(why)) == 0)
		return;
	/* --check reports an invalid URL itself. */
	if (strcmp(flag->name, "url") != 0 || strstr(why, "is refused")) {
		say("%s", why);
		exit(WRONG_USE);
	}
	memcpy(complaint, why, sizeof(complaint));
}

/*
 * Apply the option with a value at ${argv}.  Return how many words it has.  getopt_long is not used
 * because it accepts abbreviations: an option added later would make them ambiguous.
 */
static int take_flag(char **argv)
{
	int n = (int)strcspn(argv[0], "=");
	int mine = find_own(argv[0], (size_t)n);
	const struct flag *flag = NULL;
	const char *value = argv[0][n] ? argv[0] + n + 1 : argv[1];

	if (strncmp(argv[0], "--", 2) == 0)
		flag = flags_find(argv[0] + 2, (size_t)n - 2);
	if (flag == NULL && mine < 0)
		refuse_unknown(argv[0], n);
	if (flag && flag->is_secret) {
		say("--%s is refused, because a command line is public: use --%s-file FILE, or the "
		    "variable MEMAGENT_%s",
		    flag->name, flag->name, flag->variable);
		exit(WRONG_USE);
	}
	if (value == NULL) {
		say("%s wants a value: expected %s", argv[0],
		    flag ? flag->accepted : own[mine].accepted);
		exit(WRONG_USE);
	}
	if (flag)
		set_flag(flag, value);
	else
		own[mine].set(value);
	return argv[0][n] ? 1 : 2;
}

/* Return whether ${word} is this option, which takes no value. */
static bool is_switch(const char *word, const char *name, const char *letter)
{
	size_t n = strlen(name);

	if (strcmp(word, letter) == 0)
		return true;
	if (strncmp(word, name, n) != 0 || (word[n] != '\0' && word[n] != '='))
		return false;
	if (word[n] == '=') {
		say("%s takes no value", name);
		exit(WRONG_USE);
	}
	return true;
}

/* Apply the options.  Return the command. */
static char **take_options(char **argv, bool *is_check, bool *is_watched)
{
	argv++;
	while (*argv && (*argv)[0] == '-' && (*argv)[1] != '\0') {
		if (strcmp(*argv, "--") == 0)
			return argv + 1;
		if (is_switch(*argv, "--help", "-h")) {
			flags_help();
			exit(fflush(stdout) ? 1 : 0);
		}
		if (is_switch(*argv, "--version", "-v")) {
			puts("memagent-run " MEMAGENT_VERSION);
			exit(fflush(stdout) ? 1 : 0);
		}
		if (is_switch(*argv, "--check", "--check")) {
			*is_check = true;
			argv++;
		} else if (is_switch(*argv, "--fail-on-leak", "--fail-on-leak")) {
			*is_watched = true;
			argv++;
		} else {
			argv += take_flag(argv);
		}
	}
	return argv;
}

static const char *excluded(void)
{
	const char *names = getenv("MEMAGENT_EXCLUDE");

	return names ? names : "";
}

static int check(char *const *command)
{
	char *preload;

	library_find(&library);
	preload = preload_join(library.path, getenv("LD_PRELOAD"));
	if (command[0]) {
		judge(command, &library, excluded(), &verdict);
		if (preload)
			judge_loading(&verdict, preload);
		if (verdict.why[0])
			check_fail("command", "%s cannot be metered: %s", verdict.judged,
				   verdict.why);
		else if (strcmp(verdict.judged, verdict.file) != 0)
			check_pass("command", "%s, run by %s, can be metered", verdict.file,
				   verdict.judged);
		else
			check_pass("command", "%s can be metered", verdict.file);
	}
	free(preload);
	check_destination(&library);
	return fflush(stdout) || check_failed() ? 1 : 0;
}

static void preload(void)
{
	char *joined = preload_join(library.path, getenv("LD_PRELOAD"));
	char pid[32];

	/* The command reports even if it is short-lived and a metered program has run this one. */
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	if (joined == NULL || setenv("LD_PRELOAD", joined, 1) || setenv("MEMAGENT_RUN_PID", pid, 1))
		say("cannot meter %s: no memory; it runs without", verdict.judged);
	free(joined);
}

/* Execute the command.  Return the exit status if that fails. */
static int start(char **command)
{
	if (verdict.judged[0] && !verdict.is_harmed)
		preload();
	execvp(command[0], command);
	say("cannot run %s: %s", command[0], strerror(errno));
	return errno == ENOENT ? 127 : 126;
}

static int run(char **command, bool is_watched)
{
	const char *enabled = getenv("MEMAGENT_ENABLED");

	if (enabled && strcmp(enabled, "0") == 0)
		return start(command);
	library_find(&library);
	judge(command, &library, excluded(), &verdict);
	if (verdict.fatal) {
		say("cannot run %s: %s", command[0], verdict.why);
		return verdict.fatal;
	}
	if (verdict.why[0])
		say("cannot meter %s: %s; it runs without", verdict.judged, verdict.why);
	if (!is_watched)
		return start(command);
	return watch_open(&watch) ? WATCH_FAILED : watch_run(&watch, start, command);
}

int main(int argc, char **argv)
{
	bool is_check = false, is_watched = false;
	char **command;

	(void)argc;
	command = take_options(argv, &is_check, &is_watched);
	if (is_check)
		return check(command);
	if (complaint[0]) {
		say("%s", complaint);
		return WRONG_USE;
	}
	if (watch.grace_ns && !is_watched) {
		say("--grace is for --fail-on-leak, which is missing");
		return WRONG_USE;
	}
	if (command[0] == NULL) {
		fputs("usage: memagent-run [options] [--] command [args...]; see memagent-run "
		      "--help\n",
		      stderr);
		return WRONG_USE;
	}
	return run(command, is_watched);
}
