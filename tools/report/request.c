#include "tools/report/request.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/settings/url.h"
#include "tools/report/tell.h"

#define SINCE "10m"
#define DIRECTORY "memagent-report"

/* The flags, without those that are the agent's settings. */
enum flag {
	FLAG_SERVICE = 256,
	FLAG_HOST,
	FLAG_PID,
	FLAG_SINCE,
	FLAG_UNTIL,
	FLAG_REQUESTS,
	FLAG_TITLE,
	FLAG_SETTING
};

/* The agent's settings that are flags here, too: rows of options.def. */
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
    {"until", required_argument, NULL, FLAG_UNTIL},
    {"requests", required_argument, NULL, FLAG_REQUESTS},
    {"title", required_argument, NULL, FLAG_TITLE},
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
	    "Draw what memagent measured, and say whether it is a leak: pictures (PNG, SVG),\n"
	    "index.html, verdict.txt and figures.tsv. The points are those of FILE (line "
	    "protocol,\n"
	    "as MEMAGENT_URL=file:///PATH writes it) or InfluxDB's.\n"
	    "\n"
	    "  --url URL           InfluxDB, or a file as file:///PATH (MEMAGENT_URL, default\n"
	    "                      %s)\n"
	    "  --database NAME     its database (MEMAGENT_DATABASE, default %s)\n"
	    "  --measurement NAME  of the points (MEMAGENT_MEASUREMENT, default %s)\n"
	    "  --service NAME      only this service\n"
	    "  --host NAME         only this host\n"
	    "  --pid NUMBER        only this process\n"
	    "  --since TIME        how far to look back, like 90s, 10m, 2h or 7d (default " SINCE
	    "); not\n"
	    "                      for a file, which is read whole\n"
	    "  --until SECONDS     since 1970: nothing after this is taken\n"
	    "  --requests NUMBER   that were served in this time: figures are given for each\n"
	    "  --title TEXT        of the page\n"
	    "  -o DIR              where to write, made when it is missing (default " DIRECTORY
	    ")\n"
	    "  -h, --help          print this text\n"
	    "  -v, --version       print the version\n"
	    "\n"
	    "The variables that memagent-run --help lists hold here, too: MEMAGENT_USERNAME with\n"
	    "MEMAGENT_PASSWORD or MEMAGENT_PASSWORD_FILE, MEMAGENT_TOKEN or MEMAGENT_TOKEN_FILE,\n"
	    "MEMAGENT_CA_FILE, INFLUX_HOST and others. Times on the page are those of TZ.\n"
	    "\n"
	    "Exit status: 0 when it is written, 1 when there are no points or it cannot be "
	    "written,\n"
	    "2 for wrong usage.\n",
	    defaults[SETTING_url], defaults[SETTING_database], defaults[SETTING_measurement]);
}

/* ---- the command line as one would type it ---- */

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
		fputc((unsigned char)*word < ' ' ? '?' : *word, out);
	}
	fputc('\'', out);
}

/* A URL may have a password in it. */
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
		tell_failure("there is no memory for the report");
	fputs("memagent-report", out);
	for (int i = 1; i < argc; i++) {
		fputc(' ', out);
		print_masked(out, argv[i]);
	}
	if (fclose(out))
		tell_failure("there is no memory for the report");
	return text;
}

/* ---- values ---- */

static const char *since(const char *value)
{
	size_t digits = strspn(value, "0123456789");

	if (digits == 0 || strchr("smhdw", value[digits]) == NULL || value[digits] == '\0' ||
	    value[digits + 1] != '\0')
		tell_misuse("--since %s is not valid: expected a number and a unit, like 90s, 10m, "
			    "2h or 7d",
			    value);
	return value;
}

/* Return the nanoseconds of seconds with as many digits as there may be. */
static const char *until(const char *value, int64_t *until_ms)
{
	size_t whole = strspn(value, "0123456789");
	size_t digits = value[whole] == '.' ? strspn(value + whole + 1, "0123456789") : 0;
	char fraction[10] = "000000000";
	char *ns;

	if (whole == 0 || whole > 10 || value[whole + digits + (value[whole] == '.')] != '\0')
		tell_misuse("--until %s is not valid: expected seconds since 1970", value);
	memcpy(fraction, value + whole + 1, digits < 9 ? digits : 9);
	if (asprintf(&ns, "%.*s%s", (int)whole, value, fraction) < 0)
		tell_failure("there is no memory for the report");
	*until_ms = strtoll(ns, NULL, 10) / 1000000;
	return ns;
}

static double requests(const char *value)
{
	if (value[0] == '\0' || value[strspn(value, "0123456789")] != '\0')
		tell_misuse("--requests %s is not valid: expected a whole number", value);
	return strtod(value, NULL);
}

/* ---- the agent's settings ---- */

static const struct setting *given; /* the flag whose value is looked at */
static const char *given_value;

static const char *only_given(const char *name)
{
	return strcmp(name, given->variable) == 0 ? given_value : NULL;
}

/* Exit unless ${value} is valid for ${setting}, by which the user knows it as ${name}. */
static void check(struct request *request, const struct setting *setting, const char *name,
		  const char *value)
{
	char shown[1024] = "(not shown)";

	given = setting;
	given_value = value;
	options_read(&request->options, only_given);
	if (value[0] && request->options.problems[0] == '\0')
		return;
	/* What has no flag is a secret, and a URL may have one in it. */
	if (setting->flag[0])
		url_mask(value, shown, sizeof(shown));
	tell_misuse("%s%s is not valid: expected %s", name, shown, setting->accepted);
}

/* A flag stands for the variable of its name. */
static void set(struct request *request, const struct setting *setting, const char *value)
{
	char name[64];

	snprintf(name, sizeof(name), "--%s ", setting->flag);
	check(request, setting, name, value);
	if (setenv(setting->variable, value, 1))
		tell_failure("there is no memory for the report");
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

static const char *secret(const char *variable, const char *what, const char *path,
			  const char *plain, char out[SECRET_BYTES])
{
	if (path[0] == '\0')
		return plain;
	if (secret_read(path, out))
		tell_misuse("%s=%s cannot be used: %s; expected the path of a readable file whose "
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
		tell_misuse("there is no InfluxDB to ask");
	o->password = secret("MEMAGENT_PASSWORD_FILE", "password", o->password_file, o->password,
			     request->password);
	o->token = secret("MEMAGENT_TOKEN_FILE", "token", o->token_file, o->token, request->token);
	request->choice.measurement = o->measurement;
	if (request->file == NULL && url_scheme(o->url) == URL_FILE)
		request->file = url_path(o->url);
	if (request->file == NULL && url_scheme(o->url) == URL_UDP)
		tell_misuse("%s cannot be read from: expected --url http://HOST[:PORT], "
			    "https://HOST[:PORT], unix:///PATH or file:///PATH",
			    o->url);
}

/* ---- the command line ---- */

static void take(struct request *request, int flag, const char *value)
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
		request->since = since(value);
		break;
	case FLAG_UNTIL:
		request->until = until(value, &request->choice.until_ms);
		break;
	case FLAG_REQUESTS:
		request->requests = requests(value);
		break;
	case FLAG_TITLE:
		request->title = value;
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
		set(request, &settings[flag - FLAG_SETTING], value);
	}
}

void request_read(struct request *request, int argc, char **argv)
{
	int flag;

	*request = (struct request){
	    .choice = {.host = "", .service = "", .pid = "", .until_ms = INT64_MAX},
	    .since = SINCE,
	    .until = "",
	    .title = "",
	    .directory = DIRECTORY,
	    .command = command_of(argc, argv),
	};
	opterr = 0;
	while ((flag = getopt_long(argc, argv, ":o:hv", flags, NULL)) != -1) {
		if (flag == ':')
			tell_misuse("%s needs a value", argv[optind - 1]);
		if (flag == '?')
			tell_misuse("%s is not an option", argv[optind - 1]);
		take(request, flag, optarg);
	}
	if (argc - optind > 1)
		tell_misuse("more than one file: %s and %s", argv[optind], argv[optind + 1]);
	if (optind < argc)
		request->file = argv[optind];
	read_settings(request);
}

const char *request_database(const struct request *request)
{
	const struct options *o = &request->options;
	bool is_v1 = o->api[0] ? strcmp(o->api, "v1") == 0 : o->token[0] == '\0';

	return !is_v1 && o->bucket[0] ? o->bucket : o->database;
}
