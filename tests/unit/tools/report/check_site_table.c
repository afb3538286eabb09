#include "tools/report/site_table.h"

#include <math.h>
#include <stdio.h>

#include "tests/unit/unit.h"
#include "tools/report/lines.h"
#include "tools/report/series.h"

static const struct series_choice choice = {
    .measurement = "memagent", .host = "", .service = "", .pid = "", .until_ms = INT64_MAX};
static struct series series;
static struct site_table table;

static void read_text(const char *text)
{
	FILE *file = fmemopen((char *)(uintptr_t)text, strlen(text), "r");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(lines_read(file, &choice, &series), 0);
	fclose(file);
	series_finish(&series);
	ck_assert_uint_eq(series.count, 1);
}

static void make(int64_t from_ms, int64_t until_ms)
{
	site_table_free(&table);
	site_table_make(series.processes[0], from_ms, until_ms, &table);
}

#define T(seconds) " 17000000" #seconds "000000000\n"
#define SITE(id) "memagent_site,pid=1,site=" id ",function=f" id " "

/* a leaks 100 bytes a second, b is level, c comes late, d leaves the list; the process grows by
 * 125. */
static const char text[] = "memagent,pid=1 heap_alloc_bytes=1000i" T(
    10) "memagent,pid=1 heap_alloc_bytes=2250i" T(20) "memagent,pid=1 heap_alloc_bytes=3500i" T(30)
    SITE("a") "live_bytes=1000i,live_bytes_error=10i,alloc_bytes=1000i,freed_bytes=0i,oldest_ns="
	      "5i" T(10) SITE(
		  "a") "live_bytes=3000i,live_bytes_error=30i,alloc_bytes=5000i,freed_bytes=2000i,"
		       "oldest_ns=7i" T(30)
			   SITE("a") "live_bytes=2000i,live_bytes_error=20i,alloc_bytes=3000i,"
				     "freed_bytes=0i,oldest_ns=6i" T(20) SITE(
					 "b") "live_bytes=9000i,alloc_bytes=9000i" T(10)
					 SITE("b") "live_bytes=9000i,alloc_bytes=9000i" T(20) SITE(
					     "b") "live_bytes=9000i,alloc_bytes=9000i" T(30)
					     SITE("c") "live_bytes=300i,alloc_bytes=300i" T(30)
						 SITE("d") "live_bytes=50i,alloc_bytes=50i" T(10)
						     SITE("other") "live_bytes=20000i,alloc_bytes="
								   "500i" T(10) SITE(
								       "other") "live_bytes=20000i,"
										"alloc_bytes="
										"400i" T(30);

START_TEST(has_the_last_points)
{
	read_text(text);
	make(INT64_MIN, INT64_MAX);
	ck_assert_uint_eq(table.count, 4);
	ck_assert_str_eq(table.rows[0].site->id, "b");
	ck_assert_str_eq(table.rows[1].site->id, "a");
	ck_assert_str_eq(table.rows[2].site->id, "c");
	ck_assert_str_eq(table.rows[3].site->id, "other");
	ck_assert(table.rows[3].is_other && !table.rows[0].is_other);
	ck_assert_str_eq(site_row_function(&table.rows[1]), "fa");
	ck_assert_double_eq(table.rows[1].live_bytes, 3000);
	ck_assert_double_eq(table.rows[1].live_bytes_begin, 1000);
	ck_assert_double_eq(table.rows[1].live_bytes_error, 30);
	ck_assert_double_eq(table.rows[1].freed_bytes, 2000);
	ck_assert_double_eq(table.rows[1].oldest_ns, 7);
	ck_assert(isnan(table.rows[0].live_bytes_error));
	ck_assert_double_eq(table.rows[2].live_bytes_begin, 0);
	ck_assert_double_eq(table.live_bytes, 32300);
	ck_assert_double_eq(table.live_bytes_begin, 30050);
	ck_assert_int_eq(table.begin_ms, 1700000010000);
	ck_assert_int_eq(table.end_ms, 1700000030000);
}
END_TEST

START_TEST(has_rates)
{
	read_text(text);
	make(INT64_MIN, INT64_MAX);
	ck_assert_double_eq_tol(table.rows[0].growth_bytes_per_s, 0, 1e-6);
	ck_assert_double_eq_tol(table.rows[1].growth_bytes_per_s, 100, 1e-6);
	ck_assert_double_eq_tol(table.rows[2].growth_bytes_per_s, 15, 1e-6);
	ck_assert_double_eq_tol(table.rows[1].share, 100 / 125.0, 1e-6);
	ck_assert_double_eq_tol(table.rows[0].share, 0, 1e-6);
	ck_assert_double_eq_tol(table.rows[1].made_bytes_per_s, 200, 1e-6);
	ck_assert_double_eq_tol(table.rows[0].made_bytes_per_s, 0, 1e-6);
	ck_assert(isnan(table.rows[2].made_bytes_per_s)); /* one point */
	ck_assert(isnan(table.rows[3].made_bytes_per_s)); /* its count fell */
}
END_TEST

/* The growth of the sites is shared when some of them shrink. */
START_TEST(shares_at_most_all)
{
	read_text("memagent,pid=1 heap_alloc_bytes=1000i" T(
	    10) "memagent,pid=1 heap_alloc_bytes=1100i" T(20) SITE("a") "live_bytes=0i" T(10)
		      SITE("a") "live_bytes=900i" T(20) SITE("b") "live_bytes=800i" T(10)
			  SITE("b") "live_bytes=0i" T(20) SITE("c") "live_bytes=0i" T(10)
			      SITE("c") "live_bytes=100i" T(20));
	make(INT64_MIN, INT64_MAX);
	ck_assert_double_eq_tol(table.rows[0].share, 0.9, 1e-6);
	ck_assert_double_eq_tol(table.rows[1].share, 0.1, 1e-6);
	ck_assert_double_eq_tol(table.rows[2].share, 0, 1e-6);
}
END_TEST

START_TEST(is_of_a_time)
{
	read_text(text);
	make(1700000010000, 1700000020000);
	ck_assert_uint_eq(table.count, 2);
	ck_assert_double_eq(table.rows[1].live_bytes, 2000);
	make(1700000030000, INT64_MAX);
	ck_assert_uint_eq(table.count, 4);
	ck_assert(isnan(table.rows[0].growth_bytes_per_s));
	ck_assert(isnan(table.rows[0].share));
	make(1700000031000, INT64_MAX);
	ck_assert_uint_eq(table.count, 0);
	site_table_free(&table);
}
END_TEST

#define LEAK(bytes_per_s, since)                                                                   \
	",verdict=\"leak\",growth_bytes_per_s=" #bytes_per_s "i,growth_since_ns=17000000" #since   \
	"000000000i"
#define LEVEL ",verdict=\"level\",growth_bytes_per_s=0i"

/* Make the table and return its row of site ${id}. */
static const struct site_row *row_of(const char *id)
{
	make(INT64_MIN, INT64_MAX);
	for (size_t i = 0; i < table.count; i++)
		if (strcmp(table.rows[i].site->id, id) == 0)
			return &table.rows[i];
	ck_abort_msg("no site %s", id);
	return NULL;
}

#define PROCESS "memagent,pid=1 heap_alloc_bytes=1000i" T(10)

/* The fastest leak comes first, then what holds the most. */
START_TEST(sorts_leaks_first)
{
	read_text(PROCESS SITE("a") "live_bytes=9000i,alloc_bytes=9000i" LEVEL T(20)
		      SITE("b") "live_bytes=10i,alloc_bytes=10i" T(10)
			  SITE("b") "live_bytes=100i,alloc_bytes=100i" LEAK(10, 10) T(20)
			      SITE("c") "live_bytes=10i,alloc_bytes=10i" T(10)
				  SITE("c") "live_bytes=50i,alloc_bytes=50i,growth_percent=40i,"
					    "growth_bytes_per_s_error=2i" LEAK(20, 10) T(20));
	make(INT64_MIN, INT64_MAX);
	ck_assert_uint_eq(table.leaks, 2);
	ck_assert_str_eq(table.rows[0].site->id, "c");
	ck_assert_str_eq(table.rows[1].site->id, "b");
	ck_assert_str_eq(table.rows[2].site->id, "a");
	ck_assert_double_eq(table.rows[0].leak.bytes_per_s, 20);
	ck_assert_double_eq(table.rows[0].leak.error, 2);
	ck_assert_double_eq(table.rows[0].leak.percent, 40);
	ck_assert_int_eq(table.rows[0].leak.since_ms, 1700000010000);
	ck_assert(isnan(table.rows[1].leak.percent));
	ck_assert_double_eq(table.rows[2].leak.bytes_per_s, 0);
	ck_assert_int_eq(table.rows[2].verdict, SITE_LEVEL);
}
END_TEST

/* The load ends, and the agent judges the rest as level. */
START_TEST(leaks_after_the_load)
{
	read_text(PROCESS SITE("a") "live_bytes=0i,alloc_bytes=0i" T(10)
		      SITE("a") "live_bytes=900i,alloc_bytes=1000i" LEAK(90, 10) T(20)
			  SITE("a") "live_bytes=880i,alloc_bytes=1050i" LEVEL T(30)
			      SITE("a") "live_bytes=880i,alloc_bytes=1050i" LEVEL T(40));
	ck_assert_int_eq(row_of("a")->verdict, SITE_LEAK);
	ck_assert_double_eq(table.rows[0].leak.bytes_per_s, 90);
}
END_TEST

/* It works on and does not grow: a cache that is full now. */
START_TEST(a_full_cache_does_not_leak)
{
	read_text(PROCESS SITE("a") "live_bytes=0i,alloc_bytes=0i" T(10)
		      SITE("a") "live_bytes=900i,alloc_bytes=1000i" LEAK(90, 10) T(20)
			  SITE("a") "live_bytes=900i,alloc_bytes=2000i" LEVEL T(30));
	ck_assert_int_eq(row_of("a")->verdict, SITE_LEVEL);
	ck_assert_uint_eq(table.leaks, 0);
}
END_TEST

/* What was freed after the load is no leak, though an idle process keeps its verdict. */
START_TEST(what_is_freed_does_not_leak)
{
	read_text(PROCESS SITE("a") "live_bytes=100i,alloc_bytes=0i" T(10)
		      SITE("a") "live_bytes=900i,alloc_bytes=1000i" LEAK(90, 10) T(20)
			  SITE("a") "live_bytes=400i,alloc_bytes=1000i" LEAK(90, 10) T(30));
	ck_assert_int_eq(row_of("a")->verdict, SITE_SHRINKING);
	ck_assert_uint_eq(table.leaks, 0);
}
END_TEST

/* What grew before the chosen time does not count. */
START_TEST(grows_in_the_chosen_time)
{
	read_text(PROCESS SITE("a") "live_bytes=0i,alloc_bytes=0i" T(10)
		      SITE("a") "live_bytes=900i,alloc_bytes=1000i" LEAK(90, 10) T(20)
			  SITE("a") "live_bytes=900i,alloc_bytes=1000i" LEAK(90, 10) T(30));
	make(1700000020000, INT64_MAX);
	ck_assert_uint_eq(table.leaks, 0);
	make(1700000010000, INT64_MAX);
	ck_assert_uint_eq(table.leaks, 1);
}
END_TEST

static void add(TCase *all)
{
	tcase_add_test(all, sorts_leaks_first);
	tcase_add_test(all, leaks_after_the_load);
	tcase_add_test(all, a_full_cache_does_not_leak);
	tcase_add_test(all, what_is_freed_does_not_leak);
	tcase_add_test(all, grows_in_the_chosen_time);
	tcase_add_test(all, has_the_last_points);
	tcase_add_test(all, has_rates);
	tcase_add_test(all, shares_at_most_all);
	tcase_add_test(all, is_of_a_time);
}

UNIT_MAIN("site_table", add)
