#include "agent/deliver/transport.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/base/clock.h"
#include "tests/unit/unit.h"

#define ONE "memagent a=1i 1\n"
#define TWO "memagent a=2i 2\n"

static char dir[] = "/tmp/memagent-check-file-XXXXXX";
static char url[128];
static char path[128];

static void make_dir(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(url, sizeof(url), "file://%s/points", dir);
	snprintf(path, sizeof(path), "%s/points", dir);
}

static void remove_dir(void)
{
	unlink(path);
	rmdir(path);
	ck_assert_int_eq(rmdir(dir), 0);
}

/* A clock that each wait advances, faster than the real one. */
static int64_t now = 1000 * CLOCK_S;
static int64_t step_ns = CLOCK_MS;
static int waits_begun, waits_ended;
static int locked_fd = -1;   /* another process's descriptor, with a lock */
static int unlock_after = 0; /* it unlocks after so many waits; 0: never */

int64_t clock_mono_ns(void)
{
	return now;
}

static void wait_begins(void)
{
	ck_assert_int_eq(waits_begun, waits_ended);
	waits_begun++;
}

static void wait_ends(void)
{
	waits_ended++;
	ck_assert_int_eq(waits_begun, waits_ended);
	now += step_ns;
	if (waits_ended == unlock_after)
		ck_assert_int_eq(flock(locked_fd, LOCK_UN), 0);
}

static struct transport_config config = {.url = url,
					 .wait_begins = wait_begins,
					 .wait_ends = wait_ends};

/* Return a handle, or NULL after a check that ${error} is one line that names the path. */
static void *open_url(char error[256])
{
	void *handle = transport_file.open(&config, error, 256);

	if (handle)
		return handle;
	ck_assert_ptr_nonnull(strstr(error, path));
	ck_assert_ptr_null(strchr(error, '\n'));
	return NULL;
}

static void *open_good(void)
{
	char error[256] = "";
	void *handle = open_url(error);

	ck_assert_msg(handle != NULL, "%s", error);
	return handle;
}

static struct transport_answer request(void *handle, enum transport_request what, const char *body)
{
	struct transport_answer answer;

	memset(&answer, 0x55, sizeof(answer));
	transport_file.begin(handle, what, body, strlen(body));
	ck_assert(transport_file.poll(handle, 0, &answer));
	ck_assert_int_eq(answer.retry_after_ns, 0);
	ck_assert(!answer.html);
	return answer;
}

static void expect_stored(void *handle, const char *body)
{
	struct transport_answer answer = request(handle, TRANSPORT_WRITE, body);

	ck_assert_int_eq(answer.status, 204);
	ck_assert_str_eq(answer.text, "");
}

/* One line that names the file and says why. */
static void expect_no_answer(const struct transport_answer *answer, const char *why)
{
	ck_assert_int_eq(answer->status, 0);
	ck_assert_msg(strstr(answer->text, why) != NULL, "%s", answer->text);
	ck_assert_ptr_nonnull(strstr(answer->text, path));
	ck_assert_ptr_null(strchr(answer->text, '\n'));
}

static void expect_failed(void *handle, const char *body, const char *why)
{
	struct transport_answer answer = request(handle, TRANSPORT_WRITE, body);

	expect_no_answer(&answer, why);
}

static void expect_content(const char *wanted)
{
	static char text[1 << 17];
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text) - 1);

	ck_assert_int_ge(n, 0);
	close(fd);
	text[n] = '\0';
	ck_assert_str_eq(text, wanted);
}

static void put(const char *text)
{
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
	fclose(f);
}

static void limit_files_to(rlim_t bytes)
{
	struct rlimit limit;

	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = bytes;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

START_TEST(makes_the_file_for_its_owner)
{
	struct stat st;

	umask(0);
	expect_stored(open_good(), ONE);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFREG | 0600);
	expect_content(ONE);
}
END_TEST

START_TEST(appends_to_what_is_there)
{
	void *handle;

	put("before\n");
	handle = open_good();
	expect_content("before\n");
	expect_stored(handle, ONE);
	expect_stored(handle, TWO);
	expect_content("before\n" ONE TWO);
}
END_TEST

START_TEST(appends_where_the_end_is_now)
{
	void *handle = open_good();

	expect_stored(handle, ONE);
	ck_assert_int_eq(truncate(path, 0), 0); /* log rotation by copy and truncate */
	expect_stored(handle, TWO);
	expect_content(TWO);
}
END_TEST

START_TEST(makes_a_file_that_was_removed_anew)
{
	void *handle = open_good();

	expect_stored(handle, ONE);
	ck_assert_int_eq(unlink(path), 0);
	expect_stored(handle, TWO);
	expect_content(TWO);
	/* If it cannot, nothing is lost either. */
	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(mkdir(path, 0700), 0);
	expect_failed(handle, ONE, "directory");
	ck_assert_int_eq(rmdir(path), 0);
	expect_stored(handle, ONE);
	expect_content(ONE);
}
END_TEST

START_TEST(ends_half_a_line)
{
	put(ONE "memagent a=");
	expect_stored(open_good(), TWO);
	expect_content(ONE "memagent a=(torn)\n" TWO);
	put("memagent a=\"x"); /* no newline at all */
	expect_stored(open_good(), TWO);
	expect_content("memagent a=\"x\"(torn)\n" TWO);
}
END_TEST

START_TEST(looks_at_the_end_of_a_long_file)
{
	static char text[100000], wanted[sizeof(text) + 64];

	memset(text, 'x', sizeof(text) - 1);
	text[50000] = '\n';
	put(text);
	expect_stored(open_good(), ONE);
	snprintf(wanted, sizeof(wanted), "%s(torn)\n" ONE, text);
	expect_content(wanted);
}
END_TEST

/* On a full disk an incomplete line is not made longer. */
START_TEST(takes_back_the_end_of_half_a_line)
{
	void *handle;

	signal(SIGXFSZ, SIG_IGN);
	put("half");
	handle = open_good();
	limit_files_to(strlen("half(torn)\n") + 3);
	expect_failed(handle, TWO, "File too large");
	expect_content("half");
	limit_files_to(RLIM_INFINITY);
	expect_stored(handle, TWO);
	expect_content("half(torn)\n" TWO);
}
END_TEST

START_TEST(appends_to_a_file_that_it_may_not_read)
{
	put("half");
	ck_assert_int_eq(chmod(path, 0200), 0);
	expect_stored(open_good(), ONE);
	ck_assert_int_eq(chmod(path, 0600), 0);
	expect_content(geteuid() == 0 ? "half(torn)\n" ONE : "half" ONE);
}
END_TEST

START_TEST(has_nothing_to_create)
{
	void *handle = open_good();
	struct transport_answer answer = request(handle, TRANSPORT_CREATE, "");

	ck_assert_int_eq(answer.status / 100, 2);
	expect_content("");
}
END_TEST

START_TEST(keeps_its_descriptor_to_itself)
{
	int fd = open("/dev/null", O_RDONLY);

	close(fd);
	open_good();
	/* The file now has the space that was free before. */
	ck_assert_int_ne(fcntl(fd, F_GETFD) & FD_CLOEXEC, 0);
	ck_assert_int_ne(fcntl(fd, F_GETFL) & O_APPEND, 0);
}
END_TEST

static void expect_refused(const char *why)
{
	char error[256] = "";

	ck_assert_ptr_null(open_url(error));
	ck_assert_msg(strstr(error, why) != NULL, "%s", error);
}

START_TEST(follows_no_link)
{
	char target[160];
	struct stat st;

	snprintf(target, sizeof(target), "%s.target", path);
	ck_assert_int_eq(symlink(target, path), 0);
	expect_refused("symbolic link");
	ck_assert_int_eq(stat(target, &st), -1);
}
END_TEST

START_TEST(refuses_a_directory)
{
	ck_assert_int_eq(mkdir(path, 0700), 0);
	expect_refused("is a directory; name a file in it");
}
END_TEST

START_TEST(refuses_a_pipe_without_a_reader)
{
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	expect_refused("is a pipe");
}
END_TEST

START_TEST(refuses_a_pipe_with_a_reader)
{
	int reader;

	ck_assert_int_eq(mkfifo(path, 0600), 0);
	reader = open(path, O_RDONLY | O_NONBLOCK);
	ck_assert_int_ge(reader, 0);
	expect_refused("is a pipe");
	close(reader);
}
END_TEST

START_TEST(refuses_a_device)
{
	snprintf(url, sizeof(url), "file:///dev/full");
	strcpy(path, "/dev/full");
	expect_refused("is a device");
	snprintf(path, sizeof(path), "%s/points", dir);
}
END_TEST

START_TEST(refuses_a_socket)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(address.sun_path, path);
	ck_assert_int_eq(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	expect_refused("use unix://");
	close(fd);
}
END_TEST

START_TEST(refuses_the_descriptors_of_the_program)
{
	snprintf(url, sizeof(url), "file:///dev/stdout");
	strcpy(path, "/dev/stdout");
	expect_refused("a file descriptor of the program");
	snprintf(path, sizeof(path), "%s/points", dir);
}
END_TEST

START_TEST(takes_the_null_device)
{
	void *handle;

	snprintf(url, sizeof(url), "file:///dev/null");
	strcpy(path, "/dev/null");
	handle = open_good();
	expect_stored(handle, ONE);
	locked_fd = open(path, O_RDWR); /* as anybody may */
	ck_assert_int_eq(flock(locked_fd, LOCK_EX), 0);
	expect_stored(handle, TWO);
	close(locked_fd);
	snprintf(path, sizeof(path), "%s/points", dir);
}
END_TEST

START_TEST(says_what_the_system_says)
{
	snprintf(url, sizeof(url), "file://%s/points/below", dir);
	expect_refused("No such file or directory");
	put("");
	expect_refused("Not a directory");
}
END_TEST

START_TEST(cuts_an_error_that_does_not_fit)
{
	char error[8];

	strcpy(url, "file:///nowhere/at/all/points");
	ck_assert_ptr_null(transport_file.open(&config, error, sizeof(error)));
	ck_assert_str_eq(error, "/nowher");
}
END_TEST

/* A limit on file sizes cuts a write short, as a full disk does, with another errno. */
START_TEST(takes_back_half_a_line)
{
	void *handle = open_good();

	signal(SIGXFSZ, SIG_IGN);
	expect_stored(handle, ONE);
	limit_files_to(strlen(ONE) + 5);
	expect_failed(handle, TWO, "File too large");
	expect_content(ONE);
	limit_files_to(strlen(ONE));
	expect_failed(handle, TWO, "File too large");
	expect_content(ONE);

	limit_files_to(RLIM_INFINITY);
	expect_stored(handle, TWO);
	expect_content(ONE TWO);
}
END_TEST

/* Begin a write to a file that another process has locked. */
static void *begin_locked(void)
{
	void *handle = open_good();

	locked_fd = open(path, O_RDWR);
	ck_assert_int_eq(flock(locked_fd, LOCK_EX), 0);
	transport_file.begin(handle, TRANSPORT_WRITE, ONE, strlen(ONE));
	return handle;
}

START_TEST(waits_for_a_lock_as_long_as_it_may)
{
	void *handle = begin_locked();
	struct transport_answer answer;
	int64_t began = now;

	ck_assert(!transport_file.poll(handle, 0, &answer));
	ck_assert_int_eq(waits_begun, 0);
	ck_assert(!transport_file.poll(handle, 25 * CLOCK_MS, &answer));
	ck_assert_int_eq(now - began, 25 * CLOCK_MS);
	expect_content("");

	/* Unlocked in the middle of a wait: then the write succeeds. */
	unlock_after = waits_ended + 3;
	ck_assert(transport_file.poll(handle, 25 * CLOCK_MS, &answer));
	ck_assert_int_eq(answer.status, 204);
	ck_assert_int_eq(waits_ended, unlock_after);
	expect_content(ONE);
	/* It holds no lock between its writes. */
	ck_assert_int_eq(flock(locked_fd, LOCK_EX | LOCK_NB), 0);
}
END_TEST

START_TEST(does_not_wait_for_a_lock_for_ever)
{
	void *handle = begin_locked();
	struct transport_answer answer;
	int64_t began = now;

	step_ns = 100 * CLOCK_MS;
	while (!transport_file.poll(handle, 25 * CLOCK_MS, &answer))
		ck_assert_int_lt(now - began, 60 * CLOCK_S);
	expect_no_answer(&answer, "lock");
	expect_content("");

	ck_assert_int_eq(flock(locked_fd, LOCK_UN), 0);
	expect_stored(handle, ONE);
	expect_content(ONE);
}
END_TEST

static void add_tests(TCase *all)
{
	tcase_add_checked_fixture(all, make_dir, remove_dir);
	tcase_add_test(all, makes_the_file_for_its_owner);
	tcase_add_test(all, appends_to_what_is_there);
	tcase_add_test(all, appends_where_the_end_is_now);
	tcase_add_test(all, makes_a_file_that_was_removed_anew);
	tcase_add_test(all, ends_half_a_line);
	tcase_add_test(all, looks_at_the_end_of_a_long_file);
	tcase_add_test(all, takes_back_the_end_of_half_a_line);
	tcase_add_test(all, appends_to_a_file_that_it_may_not_read);
	tcase_add_test(all, has_nothing_to_create);
	tcase_add_test(all, keeps_its_descriptor_to_itself);
	tcase_add_test(all, follows_no_link);
	tcase_add_test(all, refuses_a_directory);
	tcase_add_test(all, refuses_a_pipe_without_a_reader);
	tcase_add_test(all, refuses_a_pipe_with_a_reader);
	tcase_add_test(all, refuses_a_device);
	tcase_add_test(all, refuses_a_socket);
	tcase_add_test(all, refuses_the_descriptors_of_the_program);
	tcase_add_test(all, takes_the_null_device);
	tcase_add_test(all, says_what_the_system_says);
	tcase_add_test(all, cuts_an_error_that_does_not_fit);
	tcase_add_test(all, takes_back_half_a_line);
	tcase_add_test(all, waits_for_a_lock_as_long_as_it_may);
	tcase_add_test(all, does_not_wait_for_a_lock_for_ever);
}

UNIT_MAIN("transport_file", add_tests)
