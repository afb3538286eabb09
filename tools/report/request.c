#include "tools/report/request.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/base/ascii.h"
#include "agent/settings/url.h"
#include "tools/report/messages.h"

#define SINCE "10m"
#define DIRECTORY "memagent-report"

/* The values of getopt_long for our own options; FLAG_SETTING + i stands for settings[i]. */
enum flag {
	FLAG_SERVICE = 256,
	FLAG_HOST,
	FLAG_PID,
	FLAG_SINCE,
	FLAG_FROM,
	FLAG_UNTIL,
	FLAG_REQUESTS,
	FLAG_TITLE,
	FLAG_FOLDED,
	FLAG_PPROF,
	FLAG_FAIL_ON_LEAK,
	FLAG_SETTING
};

/* The agent's settings, some of which are options here too. */
static const struct setting {
	const char *flag;
	const char *variable;
	const char *accepted;
} settings[] = {
#define OPTION(id, variable, flag, meta, default_, kind, accepted, doc)                            \
	{flag, "MEMAGENT_" variable, accepted},
#include "agent/settings/options.def"
#undef OPTION
};

enum {
#define OPTION(id, variable, flag, meta, default_, kind, accepted, doc) SETTING_##id,
#include "agent/settings/options.def"
#undef OPTION
};

static const struct option flags[] = {
    {"url", required_argument, NULL, FLAG_SETTING + SETTING_url},
    {"database", required_argument, NULL, FLAG_SETTING + SETTING_database},
    {"measurement", required_argument, NULL, FLAG_SETTING + SETTING_measurement},
    {"service", required_argument, NULL, FLAG_SERVICE},
    {"host", required_argument, NULL, FLAG_HOST},
    {"pid", required_argument, NULL, FLAG_PID},
    {"since", required_argument, NULL, FLAG_SINCE},
    {"from", required_argument, NULL, FLAG_FROM},
    {"until", required_argument, NULL, FLAG_UNTIL},
    {"requests", required_argument, NULL, FLAG_REQUESTS},
    {"title", required_argument, NULL, FLAG_TITLE},
    {"folded", required_argument, NULL, FLAG_FOLDED},
    {"pprof", required_argument, NULL, FLAG_PPROF},
    {"fail-on-leak", no_argument, NULL, FLAG_FAIL_ON_LEAK},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, 'v'},
    {NULL, 0, NULL, 0},
};

static const char *const defaults[] = {
#define OPTION(id, variable, flag, meta, default_, kind, accepted, doc) default_,
#include "agent/settings/options.def"
#undef OPTION
};

static void usage(void)
{
	printf(
	    "usage: memagent-report [OPTION...] [FILE]\n"
	    "Draw what memagent measured and say whether it is a leak. Writes pictures (PNG, "
	    "SVG),\n"
	    "index.html, verdict.txt and figures.tsv. Reads the points from FILE (line protocol,\n"
	    "as MEMAGENT_URL=file:///PATH writes it) or from InfluxDB.\n"
	    "\n"
	    "  --url URL           InfluxDB to read from, or file:///PATH (MEMAGENT_URL, default\n"
	    "                      %s)\n"
	    "  --database NAME     database to read (MEMAGENT_DATABASE, default %s)\n"
	    "  --measurement NAME  measurement to read (MEMAGENT_MEASUREMENT, default %s)\n"
	    "  --service NAME      only this service\n"
	    "  --host NAME         only this host\n"
	    "  --pid NUMBER        only this process\n"
	    "  --since TIME        how far to look back, like 90s, 10m, 2h or 7d (default " SINCE
	    ");\n"
	    "                      ignored for a file\n"
	    "  --from SECONDS      ignore points before this time, in seconds since 1970\n"
	    "  --until SECONDS     ignore points after this time, in seconds since 1970\n"
	    "  --requests NUMBER   requests served in this time; adds figures per request\n"
	    "  --title TEXT        title of the page\n"
	    "  -o DIR              directory to write to, created if missing\n"
	    "                      (default " DIRECTORY ")\n"
	    "  --folded FILE       instead of the report, write the call stacks and their live\n"
	    "                      bytes to FILE, folded as for flamegraph.pl; - is standard "
	    "output\n"
	    "  --pprof FILE        instead of the report, write the call stacks to FILE as a "
	    "profile\n"
	    "                      for pprof or speedscope; - is standard output\n"
	    "  --fail-on-leak      exit with 3 if a process leaks; without -o, write no report "
	    "and\n"
	    "                      print only what leaks, with its stacks\n"
	    "  -h, --help          print this text\n"
	    "  -v, --version       print the version\n"
	    "\n"
	    "The variables that memagent-run --help lists apply here too: MEMAGENT_USERNAME with\n"
	    "MEMAGENT_PASSWORD or MEMAGENT_PASSWORD_FILE, MEMAGENT_TOKEN or MEMAGENT_TOKEN_FILE,\n"
	    "MEMAGENT_CA_FILE, INFLUX_HOST and others. The page shows times in the zone TZ.\n"
	    "\n"
	    "Exit status: 0 if the report is written, 1 if there are no points or the report "
	    "cannot\n"
	    "be written, 2 for wrong usage, 3 for a leak with --fail-on-leak.\n",
	    defaults[SETTING_url], defaults[SETTING_database], defaults[SETTING_measurement]);
}

/* ---- the command line, quoted for a shell ---- */

static void print_word(FILE *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-+=:,./@%";

	if (word[0] && word[strspn(word, plain)] == '\0') {
		fputs(word, out);
		return;
	}
	fputc('\'', out);
	for (; *word; word++) {
		if (*word == '\'')
			fputs("'\\'", out);
		fputc(ascii_is_control(*word) ? '?' : *word, out);
	}
	fputc('\'', out);
}

/* Print ${word}, and mask a password in a URL. */
static void print_masked(FILE *out, const char *word)
{
	const char *url = strstr(word, "://") ? word : "";
	const char *equals = strchr(url, '=');
	char masked[2048];

	if (url[0] == '\0') {
		print_word(out, word);
		return;
	}
	if (strncmp(word, "--", 2) == 0 && equals) {
		fprintf(out, "%.*s", (int)(equals + 1 - word), word);
		word = equals + 1;
	}
	url_mask(word, masked, sizeof(masked));
	print_word(out, masked);
}

static char *command_of(int argc, char **argv)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		messages_fail("out of memory");
	fputs("memagent-report", out);
	for (int i = 1; i < argc; i++) {
		fputc(' ', out);
		print_masked(out, argv[i]);
	}
	if (fclose(out))
		messages_fail("out of memory");
	return text;
}

/* ---- values ---- */

static const char *parse_since(const char *value)
{
	size_t digits = strspn(value, "0123456789");

	if (digits == 0 || strchr("smhdw", value[digits]) == NULL || value[digits] == '\0' ||
	    value[digits + 1] != '\0')
		messages_usage_error(
		    "--since %s is not valid: expected a number and a unit, like 90s, 10m, "
		    "2h or 7d",
		    value);
	return value;
}

/* Parse seconds with an optional fraction.  Return nanoseconds, in digits. */
static const char *parse_time(const char *option, const char *value, int64_t *time_ms)
{
	size_t whole = strspn(value, "0123456789");
	size_t digits = value[whole] == '.' ? strspn(value + whole + 1, "0123456789") : 0;
	char fraction[10] = "000000000";
	char *ns;

	if (whole == 0 || whole > 10 || value[whole + digits + (value[whole] == '.')] != '\0')
		messages_usage_error("%s %s is not valid: expected seconds since 1970", option,
				     value);
	memcpy(fraction, value + whole + 1, digits < 9 ? digits : 9);
	if (asprintf(&ns, "%.*s%s", (int)whole, value, fraction) < 0)
		messages_fail("out of memory");
	*time_ms = strtoll(ns, NULL, 10) / 1000000;
	return ns;
}

static double parse_requests(const char *value)
{
	if (value[0] == '\0' || value[strspn(value, "0123456789")] != '\0')
		messages_usage_error("--requests %s is not valid: expected a whole number", value);
	return strtod(value, NULL);
}

/* ---- the agent's settings ---- */

static const struct setting *checked; /* the setting whose value is being checked */
static const char *checked_value;

/* An environment in which only that setting is set. */
static const char *get_checked(const char *name)
{
	return strcmp(name, checked->variable) == 0 ? checked_value : NULL;
}

/* Exit unless ${value} is valid for ${setting}.  The user wrote it as ${name}. */
static void check(struct request *request, const struct setting *setting, const char *name,
		  const char *value)
{
	char shown[1024] = "(not shown)";

	checked = setting;
	checked_value = value;
	options_read(&request->options, get_checked);
	if (value[0] && request->options.problems[0] == '\0')
		return;
	/* A setting without an option is a secret.  A URL may contain one. */
	if (setting->flag[0])
		url_mask(value, shown, sizeof(shown));
	messages_usage_error("%s%s is not valid: expected %s", name, shown, setting->accepted);
}

/* Set the variable of an option. */
static void set_variable(struct request *request, const struct setting *setting, const char *value)
{
	char name[64];

	snprintf(name, sizeof(name), "--%s ", setting->flag);
	check(request, setting, name, value);
	if (setenv(setting->variable, value, 1))
		messages_fail("out of memory");
}

static void check_environment(struct request *request)
{
	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		const char *value = getenv(settings[i].variable);
		char name[64];

		snprintf(name, sizeof(name), "%s=", settings[i].variable);
		if (value && value[0])
			check(request, &settings[i], name, value);
	}
}

static const char *from_environment(const char *name)
{
	return getenv(name);
}

static const char *choose_secret(const char *variable, const char *what, const char *path,
				 const char *plain, char out[SECRET_BYTES])
{
	if (path[0] == '\0')
		return plain;
	if (secret_read(path, out))
		messages_usage_error(
		    "%s=%s cannot be used: %s; expected the path of a readable file whose "
		    "first line is the %s",
		    variable, path, strerror(errno), what);
	return out;
}

static void read_settings(struct request *request)
{
	struct options *o = &request->options;

	check_environment(request);
	options_read(o, from_environment);
	fputs(o->problems, stderr);
	if (o->url[0] == '\0')
		messages_usage_error("there is no valid URL to read from; use --url");
	o->password = choose_secret("MEMAGENT_PASSWORD_FILE", "password", o->password_file,
				    o->password, request->password);
	o->token =
	    choose_secret("MEMAGENT_TOKEN_FILE", "token", o->token_file, o->token, request->token);
	request->choice.measurement = o->measurement;
	if (request->file == NULL && url_scheme(o->url) == URL_FILE)
		request->file = url_path(o->url);
	if (request->file == NULL && url_scheme(o->url) == URL_UDP)
		messages_usage_error("cannot read from %s: expected --url http://HOST[:PORT], "
				     "https://HOST[:PORT], unix:///PATH or file:///PATH",
				     o->url);
}

/* ---- the command line ---- */

static void apply_flag(struct request *request, int flag, const char *value)
{
	switch (flag) {
	case FLAG_SERVICE:
		request->choice.service = value;
		break;
	case FLAG_HOST:
		request->choice.host = value;
		break;
	case FLAG_PID:
		request->choice.pid = value;
		break;
	case FLAG_SINCE:
		request->since = parse_since(value);
		break;
	case FLAG_FROM:
		request->from = parse_time("--from", value, &request->choice.from_ms);
		break;
	case FLAG_UNTIL:
		request->until = parse_time("--until", value, &request->choice.until_ms);
		break;
	case FLAG_REQUESTS:
		request->requests = parse_requests(value);
		break;
	case FLAG_TITLE:
		request->title = value;
		break;
	case FLAG_FOLDED:
		request->folded = value;
		break;
	case FLAG_PPROF:
		request->pprof = value;
		break;
	case FLAG_FAIL_ON_LEAK:
		request->fail_on_leak = true;
		break;
	case 'o':
		request->directory = value;
		break;
	case 'h':
		usage();
		exit(0);
	case 'v':
		puts("memagent-report " MEMAGENT_VERSION);
		exit(0);
	default:
		set_variable(request, &settings[flag - FLAG_SETTING], value);
	}
}

void request_read(struct request *request, int argc, char **argv)
{
	int flag;

	*request = (struct request){
	    .choice = {.host = "", .service = "", .pid = "", .until_ms = INT64_MAX},
	    .since = SINCE,
	    .from = "",
	    .until = "",
	    .title = "",
	    .command = command_of(argc, argv),
	};
	opterr = 0;
	while ((flag = getopt_long(argc, argv, ":o:hv", flags, NULL)) != -1) {
		if (flag == ':')
			messages_usage_error("%s needs a value", argv[optind - 1]);
		if (flag == '?')
			messages_usage_error("%s is not an option", argv[optind - 1]);
		apply_flag(request, flag, optarg);
	}
	if (argc - optind > 1)
		messages_usage_error("more than one file: %s and %s", argv[optind],
				     argv[optind + 1]);
	if (optind < argc)
		request->file = argv[optind];
	if (request->directory == NULL && !request->fail_on_leak)
		request->directory = DIRECTORY;
	read_settings(request);
}

const char *request_database(const struct request *request)
{
	const struct options *o = &request->options;
	bool is_v1 = o->api[0] ? strcmp(o->api, "v1") == 0 : o->token[0] == '\0';

	return !is_v1 && o->bucket[0] ? o->bucket : o->database;
}
