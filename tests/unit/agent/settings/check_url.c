#include "agent/settings/url.h"

#include <errno.h>

#include "tests/unit/unit.h"

static const struct {
	const char *url;
	enum url_scheme scheme;
} schemes[] = {
    {"http://localhost", URL_HTTP},
    {"http://localhost/", URL_HTTP},
    {"http://localhost:8086", URL_HTTP},
    {"http://127.0.0.1:8086/influx", URL_HTTP},
    {"http://[::1]:8086", URL_HTTP},
    {"http://user:password@host:8086", URL_HTTP},
    {"http://u@h", URL_HTTP},
    {"https://db.example.com", URL_HTTPS},
    {"https://u:p%40@db.example.com:443/a/b@c", URL_HTTPS},
    {"udp://localhost:8089", URL_UDP},
    {"udp://127.0.0.1:1", URL_UDP},
    {"udp://[::1]:8089", URL_UDP},
    {"unix:///run/influxdb.sock", URL_UNIX},
    {"unix:///run/a b?c#d", URL_UNIX},
    {"file:///tmp/points", URL_FILE},
    {"file:///x", URL_FILE},
    {"file:///tmp/a b?c#d@e", URL_FILE}, /* a path is used unchanged */
    {"file:///tmp/a\nb", URL_FILE},

    {"", URL_BAD},
    {"http", URL_BAD},
    {"http:", URL_BAD},
    {"http:/", URL_BAD},
    {"http://", URL_BAD},
    {"https://", URL_BAD},
    {"http:///path", URL_BAD},
    {"http://:8086", URL_BAD},
    {"http://user:password@", URL_BAD},
    {"http://user:password@:8086", URL_BAD},
    {"http://user@/path", URL_BAD},
    {"http://host?db=x", URL_BAD},
    {"http://host/write?db=x", URL_BAD},
    {"http://host/#part", URL_BAD},
    {"http://host/a b", URL_BAD},
    {" http://host", URL_BAD},
    {"http://host ", URL_BAD},
    {"http://host\n", URL_BAD},
    {"http://ho\x7fst", URL_BAD},
    {"http:host", URL_BAD},
    {"http:/host", URL_BAD},
    {"localhost:8086", URL_BAD},
    {"ftp://host", URL_BAD},
    {"httpx://host", URL_BAD},
    {"udp://host", URL_BAD},
    {"udp://:8089", URL_BAD},
    {"udp://host:", URL_BAD},
    {"udp://host:http", URL_BAD},
    {"udp://host:8089/", URL_BAD},
    {"udp://host:8089?x=y", URL_BAD},
    {"udp://host:8089#x", URL_BAD},
    {"udp://host: 8089", URL_BAD},
    {"unix:", URL_BAD},
    {"unix://", URL_BAD},
    {"unix:///", URL_BAD},
    {"unix://run/influx", URL_BAD},
    {"file:", URL_BAD},
    {"file:/tmp/points", URL_BAD},
    {"file://", URL_BAD},
    {"file://tmp/points", URL_BAD},
    {"file:///", URL_BAD},
    {"/tmp/points", URL_BAD},
};

START_TEST(tells_the_scheme)
{
	ck_assert_msg(url_scheme(schemes[_i].url) == schemes[_i].scheme, "%s", schemes[_i].url);
}
END_TEST

START_TEST(a_path_is_part_of_its_url)
{
	const char *url = "file:///tmp/a@b?c";

	ck_assert_str_eq(url_path(url), "/tmp/a@b?c");
	ck_assert_ptr_eq(url_path(url), url + 7);
	ck_assert_str_eq(url_path("unix:///run/a://b"), "/run/a://b");
}
END_TEST

static const struct {
	const char *url;
	const char *host;
	const char *port;
} hosts[] = {
    {"udp://localhost:8089", "localhost", "8089"},
    {"udp://127.0.0.1:1", "127.0.0.1", "1"},
    {"udp://[::1]:8089", "::1", "8089"},
    {"udp://[fe80::1%eth0]:65535", "fe80::1%eth0", "65535"},
};

START_TEST(tells_host_and_port)
{
	size_t needed = strlen(hosts[_i].host) + 1;
	const char *port = NULL;

	for (size_t size = 1; size <= needed; size++) {
		char *host = malloc(size); /* exactly sized, for the sanitizer */
		int result;

		ck_assert_ptr_nonnull(host);
		errno = 0;
		result = url_host_port(hosts[_i].url, host, size, &port);
		ck_assert_int_eq(result, size < needed ? -1 : 0);
		ck_assert_int_eq(errno, size < needed ? ENAMETOOLONG : 0);
		if (result == 0)
			ck_assert_str_eq(host, hosts[_i].host);
		free(host);
	}
	ck_assert_str_eq(port, hosts[_i].port);
}
END_TEST

static const struct {
	const char *url;
	const char *shown;
} masks[] = {
    {"", ""},
    {"http://host:8086/a", "http://host:8086/a"},
    {"http://user:secret@host:8086/a", "http://***@host:8086/a"},
    {"https://user@host", "https://***@host"},
    {"http://user:sec@ret@host", "http://***@host"},
    {"http://:secret@host", "http://***@host"},
    {"http://user:secret@", "http://***@"},
    {"file:///tmp/points", "file:///tmp/points"},
    {"user:secret@host", "***@host"},
    {"ftp://user:secret@host", "ftp://***@host"},
    {"no url at all", "no url at all"},
    {"://", "://"},
    {"@", "***@"},
};

START_TEST(masks_user_and_password)
{
	char out[256];

	url_mask(masks[_i].url, out, sizeof(out));
	ck_assert_str_eq(out, masks[_i].shown);
}
END_TEST

/* Typical mistakes, and texts that are not URLs but contain a password. */
static const char *const leaks[] = {
    "http://user:secret@host",	 "http:/user:secret@host",
    "http//user:secret@host",	 "http:user:secret@host",
    "http:///user:secret@host",	 "//user:secret@host",
    "user:secret@host",		 "http://user:a/secret@host",
    "http://user:secret/b@host", "http://host?p=me@secret",
    "http://user:a?secret@h",	 "http://user:a#secret@h",
    "http://user:a://secret@h",	 "/user:secret@host",
    "http://user:secret@host/",	 "HTTP:/user:secret@host/path",
};

START_TEST(never_shows_a_password)
{
	char out[256];

	url_mask(leaks[_i], out, sizeof(out));
	ck_assert_msg(strstr(out, "secret") == NULL, "%s is shown as %s", leaks[_i], out);
}
END_TEST

START_TEST(cuts_what_does_not_fit)
{
	const char *whole = "http://***@host/path";

	for (size_t size = 1; size <= strlen(whole) + 1; size++) {
		char *out = malloc(size); /* exactly sized, for the sanitizer */

		ck_assert_ptr_nonnull(out);
		url_mask("http://user:secret@host/path", out, size);
		ck_assert_uint_eq(strlen(out), size - 1);
		ck_assert_int_eq(strncmp(out, whole, size - 1), 0);
		free(out);
	}
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_loop_test(all, tells_the_scheme, 0, UNIT_COUNT(schemes));
	tcase_add_test(all, a_path_is_part_of_its_url);
	tcase_add_loop_test(all, tells_host_and_port, 0, UNIT_COUNT(hosts));
	tcase_add_loop_test(all, masks_user_and_password, 0, UNIT_COUNT(masks));
	tcase_add_loop_test(all, never_shows_a_password, 0, UNIT_COUNT(leaks));
	tcase_add_test(all, cuts_what_does_not_fit);
}

UNIT_MAIN("url", add_tests)
