/*
 * memagent-run: runs a command with memagent preloaded.
 *
 * Options become environment variables, the library goes into LD_PRELOAD, and exec makes this
 * process the command: same pid, same exit status, same signals.  Before that, it reports a command
 * that cannot be metered.  With --fail-on-leak the command is a child (watch).
 *
 * It needs libc only.  --check loads the HTTP transport.
 */
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/settings/duration.h"
#include "agent/settings/url.h"
#include "tools/run/check.h"
#include "tools/run/flags.h"
#include "tools/run/judge.h"
#include "tools/run/library.h"
#include "tools/run/watch.h"

#define WRONG_USE 2

static struct library library = {.name = "libmemagent.so"};
static struct verdict_on verdict;
static struct watch watch;
static bool is_check, is_watched;

/* The value of an invalid --url, or NULL.  --check reports that itself, with everything else. */
static const char *invalid_url;

/* ---- options ---- */

static __attribute__((noreturn)) void refuse_unknown(const char *word)
{
	fprintf(stderr, "memagent-run: unknown option %.*s: expected one of",
		(int)strcspn(word, "="), word);
	for (size_t i = 0; i < FLAGS; i++)
		if (!flags[i].is_secret)
			fprintf(stderr, " --%s", flags[i].name);
	fputc('\n', stderr);
	exit(WRONG_USE);
}

static __attribute__((noreturn)) void refuse_value(size_t i, const char *value)
{
	errx(WRONG_USE, "--%s '%s' is not valid: expected %s", flags[i].name, value,
	     i != FLAG_OPTION_tags
		 ? flags[i].accepted
		 : "KEY=VALUE, neither of them empty, with a key that is no field and not host, "
		   "service, pid, pid_ns, time, allocator, allocator_version, site or function");
}

static void set_variable(size_t i, const char *value)
{
	const struct flag *flag = &flags[i];
	char masked[2048];

	if (flag->is_secret)
		errx(
		    WRONG_USE,
		    "--%s is refused, because a command line is public: use --%s-file FILE, or the "
		    "variable MEMAGENT_%s",
		    flag->name, flag->name, flag->variable);
	if (i == FLAG_OPTION_url || i == FLAG_OPTION_proxy) {
		url_mask(value, masked, sizeof(masked));
		if (strcmp(masked, value) != 0)
			errx(WRONG_USE,
			     "--%s with a user, a password or a query in it is refused, because a "
			     "command line is public: use --username and --password-file, or the "
			     "variable",
			     flag->name);
	}
	if (flags_set(flag, value))
		return;
	if (i != FLAG_OPTION_url)
		refuse_value(i, value);
	if (invalid_url == NULL)
		invalid_url = value;
}

static void set(size_t i, const char *value)
{
	switch (i) {
	case FLAG_allocator:
		if (strcmp(value, "jemalloc") == 0)
			library.name = "libmemagent-jemalloc.so";
		else if (strcmp(value, "own") == 0)
			library.name = "libmemagent.so";
		else
			refuse_value(i, value);
		return;
	case FLAG_check:
		is_check = true;
		return;
	case FLAG_fail_on_leak:
		is_watched = true;
		return;
	case FLAG_grace:
		if (duration_parse(value, &watch.grace_ns))
			refuse_value(i, value);
		return;
	case FLAG_help:
		flags_help();
		exit(fflush(stdout) ? 1 : 0);
	case FLAG_version:
		puts("memagent-run " MEMAGENT_VERSION);
		exit(fflush(stdout) ? 1 : 0);
	default:
		set_variable(i, value);
	}
}

/*
 * Return the value of the next option, as getopt_long does.  That one accepts abbreviations too,
 * which an option that is added later would make ambiguous.
 */
static int next_option(int argc, char **argv, const struct option *names)
{
	const char *word = argv[optind];

	if (word && strncmp(word, "--", 2) == 0 && word[2] && !flags_has(word + 2))
		refuse_unknown(word);
	return getopt_long(argc, argv, "+:hv", names, NULL);
}

/* Apply the options.  Return the command. */
static char **take_options(int argc, char **argv)
{
	struct option names[FLAGS + 1] = {0};
	int value;

	opterr = 0;
	flags_getopt(names);
	while ((value = next_option(argc, argv, names)) != -1) {
		const char letter[] = {'-', (char)optopt, '\0'};

		if (value == ':')
			errx(WRONG_USE, "--%s wants a value: expected %s",
			     flags[optopt - FLAGS_VALUE(0)].name,
			     flags[optopt - FLAGS_VALUE(0)].accepted);
		if (value == '?' && optopt >= FLAGS_VALUE(0))
			errx(WRONG_USE, "--%s takes no value", flags[optopt - FLAGS_VALUE(0)].name);
		if (value == '?')
			refuse_unknown(letter);
		for (size_t i = 0; i < FLAGS; i++)
			if (value == flags[i].letter || value == FLAGS_VALUE(i))
				set(i, optarg);
	}
	return &argv[optind];
}

/* ---- the command ---- */

static const char *excluded(void)
{
	const char *names = getenv("MEMAGENT_EXCLUDE");

	return names ? names : "";
}

static int check(char *const *command)
{
	char *preload;

	library_find(&library);
	preload = library_join(library.path, getenv("LD_PRELOAD"));
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
	char *joined = library_join(library.path, getenv("LD_PRELOAD"));
	char pid[32];

	/* The command reports even if it is short-lived and a metered program has run this one. */
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	if (joined == NULL || setenv("LD_PRELOAD", joined, 1) || setenv("MEMAGENT_RUN_PID", pid, 1))
		warnx("cannot meter %s: no memory; it runs without", verdict.judged);
	free(joined);
}

/* Execute the command.  Return the exit status if that fails. */
static int start(char **command)
{
	int status;

	if (verdict.judged[0] && !verdict.is_harmed)
		preload();
	execvp(command[0], command);
	status = errno == ENOENT ? 127 : 126;
	warn("cannot run %s", command[0]);
	return status;
}

static int run(char **command)
{
	const char *enabled = getenv("MEMAGENT_ENABLED");

	if (enabled && strcmp(enabled, "0") == 0)
		return start(command);
	library_find(&library);
	judge(command, &library, excluded(), &verdict);
	if (verdict.fatal) {
		warnx("cannot run %s: %s", command[0], verdict.why);
		return verdict.fatal;
	}
	if (verdict.why[0])
		warnx("cannot meter %s: %s; it runs without", verdict.judged, verdict.why);
	if (!is_watched)
		return start(command);
	return watch_open(&watch, library.directory) ? WATCH_FAILED
						     : watch_run(&watch, start, command);
}

int main(int argc, char **argv)
{
	char **command = take_options(argc, argv);

	if (is_check)
		return check(command);
	if (invalid_url)
		refuse_value(FLAG_OPTION_url, invalid_url);
	if (watch.grace_ns && !is_watched)
		errx(WRONG_USE, "--grace is for --fail-on-leak, which is missing");
	if (command[0] == NULL) {
		fputs("usage: memagent-run [options] [--] command [args...]; see memagent-run "
		      "--help\n",
		      stderr);
		return WRONG_USE;
	}
	return run(command);
}
