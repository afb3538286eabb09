#include "tools/report/lines.h"

#include <math.h>
#include <stdio.h>

#include "tests/unit/unit.h"
#include "tools/report/series.h"

static struct series series;
static struct series_choice choice;

static void read_text(const char *text)
{
	FILE *file = fmemopen((char *)(uintptr_t)text, strlen(text), "r");

	ck_assert_ptr_nonnull(file);
	ck_assert_int_eq(lines_read(file, &choice, &series), 0);
	fclose(file);
	series_finish(&series);
}

static void set_up(void)
{
	choice = (struct series_choice){
	    .measurement = "memagent", .host = "", .service = "", .pid = "", .until_ms = INT64_MAX};
}

static double value(size_t process, size_t sample, enum series_field field)
{
	return series.processes[process]->samples[sample].value[field];
}

START_TEST(reads_a_point)
{
	const struct series_process *p;

	read_text(
	    "memagent,host=h,pid=7,service=shop,allocator=glibc mallocs=12i,trim_cpu_fraction=0.5,"
	    "heap_alloc_bytes=34i,sizes_0=1i,sizes_le_16=5i,agent_coverage=1i "
	    "1700000000123456789\n");
	ck_assert_uint_eq(series.count, 1);
	p = series.processes[0];
	ck_assert_str_eq(p->host, "h");
	ck_assert_str_eq(p->service, "shop");
	ck_assert_str_eq(p->pid, "7");
	ck_assert_uint_eq(p->count, 1);
	ck_assert_int_eq(p->samples[0].time_ms, 1700000000123);
	ck_assert_double_eq(value(0, 0, SERIES_mallocs), 12);
	ck_assert_double_eq(value(0, 0, SERIES_heap_alloc_bytes), 34);
	ck_assert(isnan(value(0, 0, SERIES_rss_bytes)));
	ck_assert_double_eq(p->sizes[4], 5);
	ck_assert_double_eq(p->sizes[63], 1);
}
END_TEST

/* Of these lines only the other process's point is used. */
static const char *const no_points[] = {
    "memagent,host=h heap_alloc_bytes=1i\n", /* no time */
    "memagent,host=h heap_alloc\n",	     /* cut short */
    "memagent,host=h\n",
    "memagent,host=h heap_alloc_bytes=1i 17000x\n",
    "memagent,host=h heap_alloc_bytes=1i 1 2\n",
    "memagent,host=h heap_alloc_bytes=1i 99999999999999999999\n",
    "memagent,host=h text=\"never ends 1700000000\n",
    "memagent_event,host=h event=\"start\",text=\"a b\" 1700000000\n",
    "other,host=h heap_alloc_bytes=1i 1700000000\n",
    "memagent,host=h,pid=8 heap_alloc_bytes=1i 9999999999\n", /* later than wanted */
    "memagent,host=h,pid=9 heap_alloc_bytes=1i 1700000000\n", /* not the one wanted */
    "# a comment\n",
    "\n",
    " \n",
    ",\n",
    "\\",
};

START_TEST(leaves_out)
{
	char text[512];

	choice.until_ms = 1800000000000;
	if (strstr(no_points[_i], "pid=9"))
		choice.pid = "7";
	snprintf(text, sizeof(text), "%smemagent,pid=7 heap_alloc_bytes=2i 1700000000\n",
		 no_points[_i][0] == '\\' ? "" : no_points[_i]);
	read_text(text);
	ck_assert_uint_eq(series.count, 1);
	ck_assert_str_eq(series.processes[0]->pid, "7");
	ck_assert_str_eq(series.processes[0]->host, "-");
	ck_assert_double_eq(value(0, 0, SERIES_heap_alloc_bytes), 2);
}
END_TEST

START_TEST(reads_escapes)
{
	read_text(
	    "memagent,host=h,service=a\\ \\,\\=b\\c heap_alloc_bytes=1i,text=\"x,mallocs=5i \\\" "
	    "y\",mallocs=3i 1700000000\n");
	ck_assert_uint_eq(series.count, 1);
	ck_assert_str_eq(series.processes[0]->service, "a ,=b\\c");
	ck_assert_double_eq(value(0, 0, SERIES_mallocs), 3);
}
END_TEST

START_TEST(reads_times)
{
	static const char *const texts[] = {"1700000000", "1700000000000", "1700000000000000",
					    "1700000000000000000", "1699999999999999999"};
	int64_t time_ms;

	for (size_t i = 0; i < UNIT_COUNT(texts); i++) {
		ck_assert(lines_time(texts[i], strlen(texts[i]), &time_ms));
		ck_assert_int_eq(time_ms, 1700000000000);
	}
	ck_assert(!lines_time("", 0, &time_ms));
	ck_assert(!lines_time("-1", 2, &time_ms));
	ck_assert(!lines_time("9999999999999999999", 19, &time_ms));
}
END_TEST

START_TEST(reads_numbers)
{
	ck_assert_double_eq(lines_number("12i,", 3), 12);
	ck_assert_double_eq(lines_number("-12i", 4), -12);
	ck_assert_double_eq(lines_number("1.5", 3), 1.5);
	ck_assert_double_eq(lines_number("1e3", 3), 1000);
	ck_assert_double_eq(lines_number("123456789012345678901234", 24),
			    123456789012345678901234.0);
	ck_assert(isnan(lines_number("t", 1)));
	ck_assert(isnan(lines_number("-", 1)));
	ck_assert(isnan(lines_number("", 0)));
}
END_TEST

START_TEST(puts_in_order)
{
	read_text("memagent,pid=1 heap_alloc_bytes=3i,sizes_0=3i 1700000003\n"
		  "memagent,pid=1 heap_alloc_bytes=1i,sizes_0=1i 1700000001\n"
		  "memagent,pid=1 heap_alloc_bytes=2i,sizes_0=2i 1700000002\n"
		  "memagent,pid=1 heap_alloc_bytes=9i,mallocs=8i 1700000002\n");
	ck_assert_uint_eq(series.processes[0]->count, 3);
	for (size_t i = 0; i < 3; i++)
		ck_assert_double_eq(value(0, i, SERIES_heap_alloc_bytes), (double)i + 1);
	ck_assert(isnan(value(0, 1, SERIES_mallocs)));
	ck_assert_double_eq(series.processes[0]->sizes[63], 3);
}
END_TEST

/* Processes differ in any tag, but not in the order of tags or in the allocator's. */
START_TEST(groups_by_tags)
{
	read_text(
	    "memagent,host=h,pid=1,service=s,env=a,allocator=glibc heap_alloc_bytes=1i 1700000001\n"
	    "memagent,env=a,host=h,service=s,pid=1,allocator=jemalloc heap_alloc_bytes=2i "
	    "1700000002\n"
	    "memagent,env=a,host=h,service=s,pid=1,empty= heap_alloc_bytes=3i 1700000003\n"
	    "memagent,host=h,pid=1,service=s,env=b heap_alloc_bytes=4i 1700000001\n"
	    "memagent,host=h,pid=1,service=s heap_alloc_bytes=5i 1700000001\n");
	ck_assert_uint_eq(series.count, 3);
	ck_assert_uint_eq(series.processes[0]->count + series.processes[1]->count +
			      series.processes[2]->count,
			  5);
}
END_TEST

START_TEST(reads_a_site)
{
	static const double values[SITE_VALUES] = {10, 2, 30, 4, 20, 2, 5, 60, -7, 8, 90, 1e18};
	const struct site *site;

	read_text(
	    "memagent,host=h,pid=7,allocator=glibc mallocs=1i 1700000000000000000\n"
	    "memagent_site,host=h,pid=7,allocator=glibc,site=00ff,function=a\\ b\\,c\\=d "
	    "live_bytes=10i,live_objects=2i,alloc_bytes=30i,alloc_objects=4i,freed_bytes=20i,freed_"
	    "objects=2i,"
	    "live_bytes_error=5i,oldest_ns=60i,age_0s_bytes=10i,growth_bytes_per_s=-7i,"
	    "growth_bytes_per_s_error=8i,growth_percent=90i,growth_since_ns=1000000000000000000i,"
	    "verdict=\"start-up\",stack=\"main;a \\\"b\\\\, "
	    "x=1\",frames=\"/x y@12+0x1;+0x2\" "
	    "1700000000000000000\n"
	    "memagent_site,host=h,pid=7,site=00ff,function=later live_bytes=11i,verdict=\"leaks\" "
	    "1700000010000000000\n"
	    "memagent_site,host=h,pid=7,site=00ff,function=sooner live_bytes=9i,stack=\"old\" "
	    "1600000000000000000\n"
	    "memagent_site,host=h,pid=7,site=00ff,function=f live_bytes=12i,stack=\"cut "
	    "1700000020000000000\n"
	    "memagent_site,host=h,pid=7,function=no-site live_bytes=1i 1700000000000000000\n"
	    "memagent_site,host=h,pid=8,site=aa,function=of-no-process live_bytes=1i "
	    "1700000000000000000\n"
	    "memagent_sites,host=h,pid=7,site=bb,function=f live_bytes=1i 1700000000000000000\n");
	ck_assert_uint_eq(series.count, 1);
	ck_assert_uint_eq(series.processes[0]->sites.count, 1);
	site = series.processes[0]->sites.all[0];
	ck_assert_str_eq(site->id, "00ff");
	ck_assert_str_eq(site->function.text, "later");
	ck_assert_str_eq(site->stack.text, "main;a \"b\\, x=1");
	ck_assert_str_eq(site->frames.text, "/x y@12+0x1;+0x2");
	ck_assert_uint_eq(site->count, 3);
	ck_assert_int_eq(site->samples[1].time_ms, 1700000000000);
	for (int i = 0; i < SITE_VALUES; i++)
		ck_assert_double_eq(site->samples[1].value[i], values[i]);
	ck_assert(isnan(site->samples[2].value[SITE_alloc_bytes]));
	ck_assert_int_eq(site->samples[0].verdict, SITE_NOT_JUDGED);
	ck_assert_int_eq(site->samples[1].verdict, SITE_START_UP);
	ck_assert_int_eq(site->samples[2].verdict, SITE_NOT_JUDGED); /* no such verdict */
}
END_TEST

START_TEST(reads_events)
{
	read_text(
	    "memagent,pid=7 mallocs=1i 1700000000\n"
	    "memagent_event,pid=7,allocator=glibc event=\"start\",text=\"started\" 1700000000\n"
	    "memagent_event,pid=7,allocator=glibc text=\"a \\\"b, event=\\\"exit\",event=\"exit\" "
	    "1700000001\n"
	    "memagent_event,pid=7 event=\"exit 1700000002\n"
	    "memagent_event,pid=7 event=exit 1700000003\n"
	    "memagent_event,pid=8 event=\"exit\" 1700000004\n");
	ck_assert_uint_eq(series.count, 1);
	ck_assert_uint_eq(series.processes[0]->count, 1);
	ck_assert_uint_eq(series.processes[0]->exit_count, 1);
	ck_assert_int_eq(series.processes[0]->exits[0], 1700000001000);
}
END_TEST

START_TEST(chooses_sites)
{
	choice = (struct series_choice){.measurement = "m",
					.host = "",
					.service = "shop",
					.pid = "",
					.until_ms = 1700000000000};
	read_text("m,service=shop mallocs=1i 1700000000\nm,service=bar mallocs=1i 1700000000\n"
		  "m_site,service=shop,site=a,function=f live_bytes=1i 1700000000\n"
		  "m_site,service=shop,site=a,function=f live_bytes=1i 1700000001\n"
		  "m_site,service=bar,site=b,function=f live_bytes=1i 1700000000\n"
		  "memagent_site,service=shop,site=c,function=f live_bytes=1i 1700000000\n");
	ck_assert_uint_eq(series.count, 1);
	ck_assert_uint_eq(series.processes[0]->sites.count, 1);
	ck_assert_uint_eq(series.processes[0]->sites.all[0]->count, 1);
}
END_TEST

static void add(TCase *all)
{
	tcase_add_checked_fixture(all, set_up, NULL);
	tcase_add_test(all, reads_a_point);
	tcase_add_loop_test(all, leaves_out, 0, UNIT_COUNT(no_points));
	tcase_add_test(all, reads_escapes);
	tcase_add_test(all, reads_times);
	tcase_add_test(all, reads_numbers);
	tcase_add_test(all, puts_in_order);
	tcase_add_test(all, groups_by_tags);
	tcase_add_test(all, reads_a_site);
	tcase_add_test(all, reads_events);
	tcase_add_test(all, chooses_sites);
}

UNIT_MAIN("lines", add)
