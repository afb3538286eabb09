#include "agent/settings/options.h"

#include <stdio.h>
#include <unistd.h>

#include "tests/unit/unit.h"

#define MS INT64_C(1000000)
#define S INT64_C(1000000000)
#define KIB INT64_C(1024)
#define MIB (1024 * KIB)

/* An environment, and a getter for options_read. */
static struct {
	const char *name;
	const char *value;
} environment[64];
static size_t variables;

static void set_foreign(const char *name, const char *value)
{
	ck_assert_uint_lt(variables, UNIT_COUNT(environment));
	environment[variables].name = name;
	environment[variables++].value = value;
}

static void set(const char *variable, const char *value)
{
	static char names[UNIT_COUNT(environment)][64];
	char *name = names[variables];

	snprintf(name, sizeof(names[0]), "MEMAGENT_%s", variable);
	set_foreign(name, value);
}

static const char *get(const char *name)
{
	for (size_t i = 0; i < variables; i++)
		if (strcmp(environment[i].name, name) == 0)
			return environment[i].value;
	return NULL;
}

static struct options o;

/* Set ${variable} only, to a copy. */
static void read_with(const char *variable, const char *value)
{
	variables = 0;
	set(variable, value);
	memset(&o, 0x55, sizeof(o));
	options_read(&o, get);
}

/* Return the absolute path of the relative ${file}. */
static const char *in_directory(const char *file)
{
	static char path[8192];
	size_t n;

	ck_assert_ptr_nonnull(getcwd(path, 4096));
	n = strlen(path);
	snprintf(path + n, sizeof(path) - n, "/%s", file);
	return path;
}

static size_t lines(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += *text == '\n';
	return n;
}

static void expect_defaults(const struct options *p)
{
	ck_assert(p->enabled);
	/* A bad URL is not replaced by the default. */
	ck_assert_str_eq(p->url,
			 strstr(p->problems, "MEMAGENT_URL=") ? "" : "http://localhost:8086");
	ck_assert_str_eq(p->database, "memagent");
	ck_assert_str_eq(p->retention_policy, "");
	ck_assert_int_eq(p->interval, S);
	ck_assert_str_eq(p->measurement, "memagent");
	ck_assert_str_eq(p->service, "");
	ck_assert_str_eq(p->tags, "");
	ck_assert_str_eq(p->username, "");
	ck_assert_str_eq(p->password, "");
	ck_assert_str_eq(p->password_file, "");
	ck_assert_str_eq(p->ca_file, "");
	ck_assert_int_eq(p->exit_timeout, S);
	ck_assert_str_eq(p->log, "stderr");
	ck_assert_str_eq(p->api, "");
	ck_assert_str_eq(p->token, "");
	ck_assert_str_eq(p->token_file, "");
	ck_assert_str_eq(p->org, "");
	ck_assert_str_eq(p->bucket, "");
	ck_assert_str_eq(p->proxy, "");
	ck_assert(!p->insecure);
	ck_assert_int_eq(p->buffer, 4 * MIB);
	ck_assert_str_eq(p->spool, "");
	ck_assert_int_eq(p->min_uptime, 0);
	ck_assert_str_eq(p->exclude, "");
}

START_TEST(defaults)
{
	memset(&o, 0x55, sizeof(o));
	options_read(&o, get);
	expect_defaults(&o);
	ck_assert_str_eq(o.problems, "");
}
END_TEST

static const char *const all_variables[] = {
#define OPTION(id, variable, flag, meta, default_, kind, accepted, doc) variable,
#include "agent/settings/options.def"
#undef OPTION
};

START_TEST(empty_is_not_set)
{
	for (size_t i = 0; i < UNIT_COUNT(all_variables); i++)
		set(all_variables[i], "");
	options_read(&o, get);
	expect_defaults(&o);
	ck_assert_str_eq(o.problems, "");
}
END_TEST

START_TEST(takes_good_values)
{
	set("ENABLED", "0");
	set("URL", "https://u:p@db:8086/x");
	set("DATABASE", "my \"db\"");
	set("RETENTION_POLICY", "a week");
	set("INTERVAL", "250ms");
	set("MEASUREMENT", "go.runtime");
	set("SERVICE", "api=1, 2");
	set("TAGS", "env=prod,a\\,b=c\\=d");
	set("USERNAME", "me");
	set("PASSWORD", "pa ss\\");
	set("PASSWORD_FILE", "secret file");
	set("CA_FILE", "/etc/ca.pem");
	set("EXIT_TIMEOUT", "2m");
	set("LOG", "/var/log/memagent log");
	set("API", "v3");
	set("TOKEN", "to=ken==");
	set("TOKEN_FILE", "token file");
	set("ORG", "my org");
	set("BUCKET", "a/b");
	set("PROXY", "http://u:p@proxy:3128");
	set("INSECURE", "1");
	set("BUFFER", "64KiB");
	set("SPOOL", "/var/spool/x");
	set("MIN_UPTIME", "5s");
	set("EXCLUDE", "make,cc1");
	options_read(&o, get);
	ck_assert_str_eq(o.problems, "");
	ck_assert(!o.enabled);
	ck_assert_str_eq(o.url, "https://u:p@db:8086/x");
	ck_assert_str_eq(o.database, "my \"db\"");
	ck_assert_str_eq(o.retention_policy, "a week");
	ck_assert_int_eq(o.interval, 250 * MS);
	ck_assert_str_eq(o.measurement, "go.runtime");
	ck_assert_str_eq(o.service, "api=1, 2");
	ck_assert_str_eq(o.tags, "env=prod,a\\,b=c\\=d");
	ck_assert_str_eq(o.username, "me");
	ck_assert_str_eq(o.password, "pa ss\\");
	ck_assert_str_eq(o.password_file, in_directory("secret file"));
	ck_assert_str_eq(o.ca_file, "/etc/ca.pem");
	ck_assert_int_eq(o.exit_timeout, 120 * S);
	ck_assert_str_eq(o.log, "/var/log/memagent log");
	ck_assert_str_eq(o.api, "v3");
	ck_assert_str_eq(o.token, "to=ken==");
	ck_assert_str_eq(o.token_file, in_directory("token file"));
	ck_assert_str_eq(o.org, "my org");
	ck_assert_str_eq(o.bucket, "a/b");
	ck_assert_str_eq(o.proxy, "http://u:p@proxy:3128");
	ck_assert(o.insecure);
	ck_assert_int_eq(o.buffer, 64 * KIB);
	ck_assert_str_eq(o.spool, "/var/spool/x");
	ck_assert_int_eq(o.min_uptime, 5 * S);
	ck_assert_str_eq(o.exclude, "make,cc1");
}
END_TEST

static const struct {
	const char *variable;
	const char *value;
} good[] = {
    {"ENABLED", "1"},
    {"INTERVAL", "10ms"},
    {"INTERVAL", "24h"},
    {"INTERVAL", "86400000ms"},
    {"INTERVAL", "1440m"},
    {"EXIT_TIMEOUT", "10ms"},
    {"EXIT_TIMEOUT", "3s"},
    {"URL", "file:///tmp/points"},
    {"URL", "http://h"},
    {"LOG", "off"},
    {"LOG", "stderr"},
    {"LOG", "/x"},
    {"TAGS", "a=b"},
    {"TAGS", "hosts=a,Host=b,pid2=c"},
    {"TAGS", "a=1,aa=1"},
    {"TAGS", "a=1,b=1,c=1"},
    {"SERVICE", "\xc3\xa4"},
    {"API", "v1"},
    {"API", "v2"},
    {"BUFFER", "65536KiB"},
    {"BUFFER", "1024MiB"},
    {"BUFFER", "1048576KiB"},
    {"BUFFER", "1MiB"},
    {"BUFFER", "0064KiB"},
    {"URL", "unix:///run/x"},
    {"URL", "udp://h:1"},
    {"INSECURE", "0"},
};

START_TEST(says_nothing_of_a_good_value)
{
	read_with(good[_i].variable, good[_i].value);
	ck_assert_str_eq(o.problems, "");
}
END_TEST

static const struct {
	const char *variable;
	const char *value;
	const char *shown; /* NULL: the value itself */
} bad[] = {
    {"ENABLED", "2", NULL},
    {"ENABLED", "yes", NULL},
    {"ENABLED", "01", NULL},
    {"ENABLED", " 1", NULL},
    {"URL", "localhost:8086", NULL},
    {"URL", "http://", NULL},
    {"URL", "udp://host", NULL},
    {"URL", "unix://relative", NULL},
    {"API", "v4", NULL},
    {"API", "1", NULL},
    {"API", "V2", NULL},
    {"TOKEN_FILE", "/a\nb", "/a?b"},
    {"ORG", "a\nb", "a?b"},
    {"BUCKET", "a\nb", "a?b"},
    {"PROXY", "http://a\nb", "http://a?b"},
    {"INSECURE", "yes", NULL},
    {"BUFFER", "4", NULL},
    {"BUFFER", "MiB", NULL},
    {"BUFFER", "4MB", NULL},
    {"BUFFER", "4 MiB", NULL},
    {"BUFFER", "-4MiB", NULL},
    {"BUFFER", "0MiB", NULL},
    {"BUFFER", "63KiB", NULL},
    {"BUFFER", "1025MiB", NULL},
    {"BUFFER", "1048577KiB", NULL},
    {"BUFFER", "4294967300MiB", NULL}, /* would be 4 if it wrapped */
    {"BUFFER", "99999999999999999999KiB", NULL},
    {"BUFFER", "1GiB", NULL},
    {"SPOOL", "/a\nb", "/a?b"},
    {"MIN_UPTIME", "soon", NULL},
    {"MIN_UPTIME", "9ms", NULL},
    {"EXCLUDE", "a\nb", "a?b"},
    {"URL", "http://host/?db=x", "http://host/?***"},
    {"URL", "http://host/a\nb", "http://host/a?b"},
    {"URL", "file://relative", NULL},
    {"DATABASE", "a\nb", "a?b"},
    {"DATABASE", "\x7f", "?"},
    {"RETENTION_POLICY", "\tx", "?x"},
    {"INTERVAL", "1", NULL},
    {"INTERVAL", "s", NULL},
    {"INTERVAL", "0s", NULL},
    {"INTERVAL", "9ms", NULL},
    {"INTERVAL", "25h", NULL},
    {"INTERVAL", "86400001ms", NULL},
    {"INTERVAL", "-1s", NULL},
    {"INTERVAL", "1.5s", NULL},
    {"INTERVAL", "1 s", NULL},
    {"INTERVAL", "99999999999999999999s", NULL},
    {"INTERVAL", "1s\n", "1s?"},
    {"MEASUREMENT", "a\x01z", "a?z"},
    {"SERVICE", "a\r\nb", "a??b"},
    {"SERVICE", "C:\\temp\\", NULL},
    {"TAGS", "env", NULL},
    {"TAGS", "env=", NULL},
    {"TAGS", "=prod", NULL},
    {"TAGS", "a=b,", NULL},
    {"TAGS", "a=b,c", NULL},
    {"TAGS", "a,b=c", NULL},
    {"TAGS", "host=a", NULL},
    {"TAGS", "service=a", NULL},
    {"TAGS", "pid=1", NULL},
    {"TAGS", "time=1", NULL},
    {"TAGS", "a=1,host=b", NULL},
    {"TAGS", "mallocs=1", NULL},
    {"TAGS", "a=1,sizes_le_64=1", NULL},
    {"TAGS", "a=1,a=2", NULL},
    {"TAGS", "a=1,a=1", NULL},
    {"TAGS", "a=1,b=2,a=3", NULL},
    {"TAGS", "a=1,b=2,c=3,b=4", NULL},
    {"TAGS", "a=1,b=2,b=3,c=4", NULL},
    {"TAGS", "a\\==1,a\\==2", NULL},
    {"TAGS", "a=\n", "a=?"},
    {"USERNAME", "\x1b[31m", "?[31m"},
    {"PASSWORD_FILE", "/a\nb", "/a?b"},
    {"CA_FILE", "/a\nb", "/a?b"},
    {"EXIT_TIMEOUT", "0ms", NULL},
    {"EXIT_TIMEOUT", "forever", NULL},
    {"LOG", "stdout", NULL},
    {"LOG", "relative/path", NULL},
    {"LOG", "OFF", NULL},
    {"LOG", "/a\nb", "/a?b"},
};

static const char *accepted_for(const char *wanted)
{
#define OPTION(id, variable, flag, meta, default_, kind, accepted, doc)                            \
	if (strcmp(wanted, variable) == 0)                                                         \
		return accepted;
#include "agent/settings/options.def"
#undef OPTION
	ck_abort_msg("no such variable");
	return NULL;
}

/* Exactly one line, which names variable, value and what is accepted. */
static void expect_problem(const char *variable, const char *shown)
{
	const char *accepted = accepted_for(variable);
	char start[512];

	snprintf(start, sizeof(start), "MEMAGENT_%s=%s is not valid: expected ", variable, shown);
	ck_assert_uint_eq(lines(o.problems), 1);
	ck_assert_int_eq(o.problems[strlen(o.problems) - 1], '\n');
	ck_assert_msg(strncmp(o.problems, start, strlen(start)) == 0, "%s", o.problems);
	ck_assert_msg(strncmp(o.problems + strlen(start), accepted, strlen(accepted)) == 0, "%s",
		      o.problems);
}

START_TEST(says_what_is_wrong_with_a_bad_value)
{
	read_with(bad[_i].variable, bad[_i].value);
	expect_problem(bad[_i].variable, bad[_i].shown ? bad[_i].shown : bad[_i].value);
	expect_defaults(&o);
}
END_TEST

START_TEST(says_which_default_it_takes)
{
	read_with("INTERVAL", "never");
	ck_assert_ptr_nonnull(strstr(o.problems, "using 1s\n"));
	read_with("TAGS", "never");
	ck_assert_ptr_nonnull(strstr(o.problems, "using none\n"));
	read_with("URL", "localhost");
	ck_assert_ptr_nonnull(strstr(o.problems, "; nothing is sent\n"));
}
END_TEST

/* Each variable with a text, and its maximum length. */
static const struct {
	const char *variable;
	const char *start;
	size_t longest;
} lengths[] = {
    {"DATABASE", "", 255},    {"RETENTION_POLICY", "", 255},
    {"MEASUREMENT", "", 255}, {"SERVICE", "", 255},
    {"USERNAME", "", 255},    {"PASSWORD", "", 255},
    {"TOKEN", "", 255},	      {"ORG", "", 255},
    {"BUCKET", "", 255},      {"PROXY", "", 255},
    {"TOKEN_FILE", "", 1024}, {"SPOOL", "", 1024},
    {"EXCLUDE", "", 1024},    {"PASSWORD_FILE", "", 1024},
    {"CA_FILE", "", 1024},    {"LOG", "/", 1024},
    {"URL", "http://", 1023}, {"URL", "file:///", 1023},
};

static const char *of_length(char *out, const char *start, size_t n)
{
	unit_repeat(out, 'x', n);
	memcpy(out, start, strlen(start));
	return out;
}

START_TEST(takes_up_to_the_longest)
{
	char text[2048];
	const char *variable = lengths[_i].variable;

	read_with(variable, of_length(text, lengths[_i].start, lengths[_i].longest));
	ck_assert_str_eq(o.problems, "");
	read_with(variable, of_length(text, lengths[_i].start, lengths[_i].longest + 1));
	ck_assert_uint_eq(lines(o.problems), 1);
	ck_assert_ptr_nonnull(strstr(o.problems, accepted_for(variable)));
	expect_defaults(&o);
}
END_TEST

/* ${tags} tags of ${n} bytes and a comma each, the last of ${last} and none. */
static const char *tags_of(char *out, int tags, size_t n, size_t last)
{
	char *p = out;

	for (int i = 0; i < tags; i++) {
		size_t len = i == tags - 1 ? last : n;

		sprintf(p, "k%02d=", i);
		unit_repeat(p + 4, 'v', len - 4);
		p += len;
		*p++ = ',';
	}
	p[-1] = '\0';
	return out;
}

START_TEST(takes_tags_up_to_the_longest)
{
	char text[4096];

	/* 10 of 201 bytes and a comma, and one to fill up to 2,047. */
	read_with("TAGS", tags_of(text, 11, 201, 2047 - 10 * 202));
	ck_assert_uint_eq(strlen(text), 2047);
	ck_assert_str_eq(o.problems, "");
	ck_assert_str_eq(o.tags, text);
	read_with("TAGS", tags_of(text, 11, 201, 2048 - 10 * 202));
	ck_assert_uint_eq(lines(o.problems), 1);
	expect_defaults(&o);
}
END_TEST

START_TEST(takes_the_longest_of_all_at_once)
{
	static char text[UNIT_COUNT(lengths)][2048];
	char tags[4096];

	for (size_t i = 0; i < UNIT_COUNT(lengths) - 1; i++)
		set(lengths[i].variable, of_length(text[i], lengths[i].start, lengths[i].longest));
	set("TAGS", tags_of(tags, 11, 201, 2047 - 10 * 202));
	options_read(&o, get);
	ck_assert_str_eq(o.problems, "");
	ck_assert_str_eq(o.tags, tags);
	ck_assert_str_eq(o.url, get("MEMAGENT_URL"));
	ck_assert_str_eq(o.log, get("MEMAGENT_LOG"));
	ck_assert_str_eq(o.password, get("MEMAGENT_PASSWORD"));
	ck_assert_str_eq(o.token_file, in_directory(get("MEMAGENT_TOKEN_FILE")));
}
END_TEST

START_TEST(cuts_a_long_bad_value)
{
	char text[100001];

	read_with("INTERVAL", unit_repeat(text, '9', 100000));
	ck_assert_uint_eq(lines(o.problems), 1);
	ck_assert_uint_lt(strlen(o.problems), 512);
	ck_assert_ptr_nonnull(strstr(o.problems, accepted_for("INTERVAL")));
	expect_defaults(&o);
}
END_TEST

START_TEST(has_a_line_for_each_of_all)
{
	char text[2001];
	const char *p;

	unit_repeat(text, '\n', 2000);
	for (size_t i = 0; i < UNIT_COUNT(all_variables); i++)
		set(all_variables[i], text);
	options_read(&o, get);
	expect_defaults(&o);
	p = o.problems;
	ck_assert_uint_eq(lines(p), UNIT_COUNT(all_variables));
	for (size_t i = 0; i < UNIT_COUNT(all_variables); i++) {
		char start[64];

		snprintf(start, sizeof(start), "MEMAGENT_%s=", all_variables[i]);
		ck_assert_msg(strncmp(p, start, strlen(start)) == 0, "%s", p);
		p = strchr(p, '\n') + 1;
	}
	ck_assert_str_eq(p, "");
}
END_TEST

static const char *const secrets[] = {"PASSWORD", "TOKEN"};

START_TEST(never_shows_a_password)
{
	char text[300];

	read_with(secrets[_i], "sec\nret");
	expect_problem(secrets[_i], "(not shown)");
	ck_assert_ptr_null(strstr(o.problems, "ret "));

	read_with(secrets[_i], unit_repeat(text, 'q', 256));
	expect_problem(secrets[_i], "(not shown)");
	ck_assert_ptr_null(strstr(o.problems, "qq"));
}
END_TEST

START_TEST(never_shows_a_password_in_a_proxy)
{
	read_with("PROXY", "http://user:secret@proxy\n:3128");
	expect_problem("PROXY", "http://***@proxy?:3128");
}
END_TEST

/* Each is invalid for another reason, and contains a password. */
static const char *const leaks[] = {
    "ftp://user:secret@host",	 "http://user:secret@",	       "http://user:secret@host?db=x",
    "http://user:secret@host/ ", "http://user:secret@:8086",   "user:secret@host",
    "http:/user:secret@host",	 "http//user:secret@host",     "http:///user:secret@host",
    "//user:secret@host",	 "http://user:secret@host\n",  "http:user:secret@host",
    " http://user:secret@host",	 "https:/user:secret/x@host/", "HTTP://user:secret@host",
};

START_TEST(never_shows_a_password_in_a_url)
{
	read_with("URL", leaks[_i]);
	ck_assert_uint_eq(lines(o.problems), 1);
	ck_assert_msg(strstr(o.problems, "secret") == NULL, "%s", o.problems);
	ck_assert_ptr_nonnull(strstr(o.problems, accepted_for("URL")));
}
END_TEST

/* Masking comes before truncation, which could remove the @. */
START_TEST(masks_a_url_that_is_cut)
{
	char url[2048] = "http://user:secret";

	unit_repeat(url + strlen(url), 's', 1200);
	strcat(url, "@host");
	read_with("URL", url);
	ck_assert_uint_eq(lines(o.problems), 1);
	ck_assert_ptr_null(strstr(o.problems, "secret"));
	ck_assert_ptr_nonnull(strstr(o.problems, "http://***@host"));
}
END_TEST

static const struct {
	const char *foreign;
	const char *variable;
	const char *value;
	const char *const *kept; /* a member of o */
} standards[] = {
    {"INFLUX_HOST", "URL", "https://u:secret@db", &o.url},
    {"INFLUX_TOKEN", "TOKEN", "secret", &o.token},
    {"INFLUX_ORG", "ORG", "my org", &o.org},
    {"INFLUX_DATABASE", "DATABASE", "mine", &o.database},
};

/* One line reports it, without a possible secret. */
START_TEST(takes_the_standard_variable_where_ours_is_missing)
{
	char wanted[128];

	set(standards[_i].variable, ""); /* empty counts as missing */
	set_foreign(standards[_i].foreign, standards[_i].value);
	options_read(&o, get);
	ck_assert_str_eq(*standards[_i].kept, standards[_i].value);
	snprintf(wanted, sizeof(wanted), "MEMAGENT_%s is not set; using %s\n",
		 standards[_i].variable, standards[_i].foreign);
	ck_assert_str_eq(o.problems, wanted);
}
END_TEST

START_TEST(takes_ours_before_the_standard_variable)
{
	for (size_t i = 0; i < UNIT_COUNT(standards); i++) {
		set_foreign(standards[i].foreign, "udp://theirs:1");
		set(standards[i].variable, "udp://ours:1");
	}
	options_read(&o, get);
	ck_assert_str_eq(o.problems, "");
	for (size_t i = 0; i < UNIT_COUNT(standards); i++)
		ck_assert_str_eq(*standards[i].kept, "udp://ours:1");
}
END_TEST

START_TEST(an_empty_standard_variable_is_not_set)
{
	for (size_t i = 0; i < UNIT_COUNT(standards); i++)
		set_foreign(standards[i].foreign, "");
	options_read(&o, get);
	expect_defaults(&o);
	ck_assert_str_eq(o.problems, "");
}
END_TEST

START_TEST(copies_outlive_the_environment)
{
	char database[] = "mine", url[] = "file:///tmp/x", tags[] = "a=b", log[] = "/tmp/log";

	set("DATABASE", database);
	set("URL", url);
	set("TAGS", tags);
	set("LOG", log);
	options_read(&o, get);
	memset(database, '#', sizeof(database) - 1);
	memset(url, '#', sizeof(url) - 1);
	memset(tags, '#', sizeof(tags) - 1);
	memset(log, '#', sizeof(log) - 1);
	ck_assert_str_eq(o.database, "mine");
	ck_assert_str_eq(o.url, "file:///tmp/x");
	ck_assert_str_eq(o.tags, "a=b");
	ck_assert_str_eq(o.log, "/tmp/log");
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_test(all, defaults);
	tcase_add_test(all, empty_is_not_set);
	tcase_add_test(all, takes_good_values);
	tcase_add_loop_test(all, says_nothing_of_a_good_value, 0, UNIT_COUNT(good));
	tcase_add_loop_test(all, says_what_is_wrong_with_a_bad_value, 0, UNIT_COUNT(bad));
	tcase_add_test(all, says_which_default_it_takes);
	tcase_add_loop_test(all, takes_up_to_the_longest, 0, UNIT_COUNT(lengths));
	tcase_add_test(all, takes_tags_up_to_the_longest);
	tcase_add_test(all, takes_the_longest_of_all_at_once);
	tcase_add_test(all, cuts_a_long_bad_value);
	tcase_add_test(all, has_a_line_for_each_of_all);
	tcase_add_loop_test(all, never_shows_a_password, 0, UNIT_COUNT(secrets));
	tcase_add_test(all, never_shows_a_password_in_a_proxy);
	tcase_add_loop_test(all, never_shows_a_password_in_a_url, 0, UNIT_COUNT(leaks));
	tcase_add_test(all, masks_a_url_that_is_cut);
	tcase_add_loop_test(all, takes_the_standard_variable_where_ours_is_missing, 0,
			    UNIT_COUNT(standards));
	tcase_add_test(all, takes_ours_before_the_standard_variable);
	tcase_add_test(all, an_empty_standard_variable_is_not_set);
	tcase_add_test(all, copies_outlive_the_environment);
}

UNIT_MAIN("options", add_tests)
