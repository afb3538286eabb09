#include "tools/report/findings.h"

#include <stdio.h>

#include "tests/unit/unit.h"
#include "tools/report/lines.h"
#include "tools/report/series.h"

static const struct series_choice choice = {
    .measurement = "memagent", .host = "", .service = "", .pid = "", .until_ms = INT64_MAX};
static struct series series;
static struct findings findings;
static FILE *points;
static char *text;
static size_t size;

static void set_up(void)
{
	points = open_memstream(&text, &size);
	ck_assert_ptr_nonnull(points);
}

/* Forty points of a process with these tags, which keeps ${kept} bytes a second under load. */
static void add_process(const char *tags, double kept)
{
	for (int t = 0; t < 40; t++) {
		int busy = t < 5 ? 0 : t > 30 ? 25 : t - 5;

		fprintf(points, "memagent,%s mallocs=%di,heap_alloc_bytes=%.0fi %d\n", tags,
			100 + busy * 5000, 1e6 + kept * busy, 1700000000 + t);
	}
}

static void judge(void)
{
	FILE *file;

	fclose(points);
	file = fmemopen(text, size, "r");
	ck_assert_int_eq(lines_read(file, &choice, &series), 0);
	fclose(file);
	series_finish(&series);
	findings_make(&series, 0, &findings);
}

START_TEST(puts_leaks_first)
{
	add_process("host=a,service=calm,pid=1", 0);
	add_process("host=b,service=small,pid=2", 1e5);
	add_process("host=c,service=large,pid=3", 1e6);
	judge();
	ck_assert_uint_eq(findings.count, 3);
	ck_assert_str_eq(findings.all[0].who, "large (process 3 on c)");
	ck_assert_str_eq(findings.all[1].who, "small (process 2 on b)");
	ck_assert_str_eq(findings.all[2].who, "calm (process 1 on a)");
	ck_assert_int_eq(findings.all[0].diagnosis.class, DIAGNOSIS_LEAKS);
	ck_assert_ptr_eq(strstr(findings.all[0].paragraph, "LEAK: large"),
			 findings.all[0].paragraph);
}
END_TEST

START_TEST(groups_like_ones)
{
	char tags[64];

	for (int i = 0; i < 23; i++) {
		snprintf(tags, sizeof(tags), "host=h,service=worker,pid=%d", 100 + i);
		add_process(tags, 0);
	}
	add_process("host=h,service=other,pid=1", 0);
	judge();
	ck_assert_uint_eq(findings.count, 24);
	ck_assert_str_eq(findings.all[0].who, "other (process 1 on h)");
	for (int i = 0; i < 23; i++) {
		const struct finding *f = &findings.all[1 + i];

		ck_assert_ptr_nonnull(strstr(f->who, "worker"));
		ck_assert_int_eq(f->paragraph != NULL, i < 6);
		ck_assert_int_eq(f->remark != NULL, i == 5);
		if (f->remark)
			ck_assert_ptr_nonnull(strstr(f->remark, "6 of 23 processes of worker"));
		if (f->paragraph && i > 0)
			ck_assert_ptr_nonnull(strstr(f->paragraph, "like the one above"));
	}
}
END_TEST

/* A tag is shown only if processes differ in it. */
START_TEST(tells_tags_apart)
{
	add_process("host=h,service=s,pid=1,env=prod,zone=x", 0);
	add_process("host=h,service=s,pid=1,env=test,zone=x", 1e6);
	add_process("host=h,service=s,pid=2,env=prod,zone=y", 0);
	judge();
	ck_assert_uint_eq(findings.count, 3);
	ck_assert_str_eq(findings.all[0].who, "s (process 1 on h, env=test)");
	ck_assert_str_eq(findings.all[1].who, "s (process 1 on h, env=prod)");
	ck_assert_str_eq(findings.all[2].who, "s (process 2 on h)");
}
END_TEST

/* Without live bytes, because sizes are unknown, there is no verdict. */
START_TEST(needs_live_bytes)
{
	fputs("memagent,pid=1 mallocs=5i 1700000000\n", points);
	judge();
	ck_assert_uint_eq(findings.count, 0);
}
END_TEST

static void add(TCase *all)
{
	tcase_add_checked_fixture(all, set_up, NULL);
	tcase_add_test(all, puts_leaks_first);
	tcase_add_test(all, groups_like_ones);
	tcase_add_test(all, tells_tags_apart);
	tcase_add_test(all, needs_live_bytes);
}

UNIT_MAIN("findings", add)
