/*
 * memagent-report: draws pictures of the points and says whether processes leak, without Grafana.
 *
 * It reads points from InfluxDB (query) or a file of line protocol (lines), judges each process
 * (findings, diagnosis), draws pictures with gnuplot (pictures), and writes a page with both.
 */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "agent/settings/url.h"
#include "tools/report/alloc.h"
#include "tools/report/figures.h"
#include "tools/report/findings.h"
#include "tools/report/flame.h"
#include "tools/report/gnuplot.h"
#include "tools/report/lines.h"
#include "tools/report/page.h"
#include "tools/report/pictures.h"
#include "tools/report/pprof.h"
#include "tools/report/query.h"
#include "tools/report/request.h"
#include "tools/report/series.h"
#include "tools/report/site_print.h"
#include "tools/report/site_view.h"
#include "tools/report/stacks.h"
#include "tools/report/tree.h"
#include "tools/report/messages.h"
#include "tools/report/words.h"

#define LEAK_FOUND 3 /* exit status */

/* ---- the points ---- */

static void read_file(const struct request *request, struct series *series)
{
	FILE *file = fopen(request->file, "re");

	if (file == NULL)
		messages_fail("%s cannot be read: %s", request->file, strerror(errno));
	messages_progress("reading %s ...", request->file);
	if (lines_read(file, &request->choice, series))
		messages_fail("%s cannot be read: %s", request->file, strerror(errno));
	fclose(file);
}

static void fail_without_points(const struct request *r)
{
	const char *service = r->choice.service;
	char url[1024];

	url_mask(r->options.url, url, sizeof(url));
	if (r->file)
		messages_fail("there are no points of measurement %s%s%s in %s; see --measurement "
			      "and --service, and that the program ran with MEMAGENT_URL=file://%s",
			      r->choice.measurement, service[0] ? " and service " : "", service,
			      r->file, r->file);
	messages_fail("there are no points of measurement %s%s%s in the last %s of database %s at "
		      "%s; see --since, --service and --database, or ask memagent-run --check "
		      "whether the server takes points",
		      r->choice.measurement, service[0] ? " and service " : "", service, r->since,
		      request_database(r), url);
}

static void read_points(const struct request *request, struct series *series)
{
	if (request->file)
		read_file(request, series);
	else
		query_read(request, series);
	series_finish(series);
	if (series->count == 0)
		fail_without_points(request);
}

/* ---- the files ---- */

/* Create ${directory} and make it the working directory, to which all files are written. */
static void enter(const char *directory)
{
	char *path = alloc_check(strdup(directory));

	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0777);
		*slash = '/';
	}
	if ((mkdir(path, 0777) && errno != EEXIST) || chdir(path))
		messages_fail("cannot create directory %s: %s; choose another with -o", directory,
			      strerror(errno));
	free(path);
}

/* Open the file ${name}, or standard output for "-". */
static FILE *create(const char *name)
{
	FILE *file = strcmp(name, "-") == 0 ? stdout : fopen(name, "we");

	if (file == NULL)
		messages_fail("%s cannot be written: %s", name, strerror(errno));
	return file;
}

static void close_written(FILE *file, const char *name)
{
	int failed = ferror(file);

	if (fclose(file) || failed)
		messages_fail("%s cannot be written: %s", name, strerror(errno));
}

static void write_leaks(FILE *out, const struct site_table *sites)
{
	for (size_t i = 0; i < sites->leaks; i++) {
		const struct site_row *row = &sites->rows[i];
		const char *stack = row->site->stack.text;

		fprintf(out, "leak_site\t%s\nleak_function\t%s\nleak_stack\t%s\n", row->site->id,
			site_row_function(row), stack ? stack : "");
		fprintf(out, "leak_bytes_per_second\t%.15g\n", row->leak.bytes_per_s);
		if (!isnan(row->leak.percent))
			fprintf(out, "leak_growth_percent\t%.15g\n", row->leak.percent);
	}
}

static void write_figures(const struct findings *findings, double requests)
{
	FILE *out = create("figures.tsv");
	struct figure figures[FIGURES_MOST];

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->all[i];
		size_t n = figures_list(&f->diagnosis, requests, figures);

		fprintf(out, "process\t%s\nclass\t%s\n", f->who,
			diagnosis_class_name(f->diagnosis.class));
		for (size_t k = 0; k < n; k++)
			fprintf(out, "%s\t%.15g\n", figures[k].name, figures[k].value);
		write_leaks(out, &f->sites);
	}
	close_written(out, "figures.tsv");
}

static void print_finding(FILE *out, const struct finding *finding, const char *leaks)
{
	if (leaks)
		fprintf(out, "%s\n", leaks);
	if (finding->paragraph)
		fprintf(out, "%s\n", finding->paragraph);
	if (finding->remark)
		fprintf(out, "%s\n", finding->remark);
}

static void print_verdict(FILE *out, const struct findings *findings, const struct site_view *sites,
			  const char *about)
{
	for (size_t i = 0; i < findings->count; i++)
		print_finding(out, &findings->all[i], sites->leaks[i]);
	site_print_text(out, sites);
	fprintf(out, "%s\n", about);
}

static void print_time(FILE *out, int64_t time_ms, const char *format)
{
	time_t seconds = (time_t)(time_ms / 1000);
	struct tm tm;
	char text[64];

	localtime_r(&seconds, &tm);
	strftime(text, sizeof(text), format, &tm);
	fputs(text, out);
}

/* Return a text with the time of the points and the version of the report. */
static char *make_about(const struct series *series)
{
	int64_t begin = INT64_MAX, end = INT64_MIN;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		messages_fail("out of memory");
	for (size_t i = 0; i < series->count; i++) {
		const struct series_process *p = series->processes[i];

		begin = p->samples[0].time_ms < begin ? p->samples[0].time_ms : begin;
		end =
		    p->samples[p->count - 1].time_ms > end ? p->samples[p->count - 1].time_ms : end;
	}
	fprintf(out, "%s of points, from ", words_span((double)(end - begin) / 1000).text);
	print_time(out, begin, "%Y-%m-%d %H:%M:%S to ");
	print_time(out, end, "%Y-%m-%d %H:%M:%S %Z. ");
	fputs("Made by memagent-report " MEMAGENT_VERSION ".", out);
	fclose(out);
	return alloc_check(text);
}

/* ---- flame graphs ---- */

static double live_of(const struct site_row *row)
{
	return rint(row->live_bytes);
}

static double growth_of(const struct site_row *row)
{
	return rint(row->live_bytes) - rint(row->live_bytes_begin);
}

static char *make_flame_title(const char *what, int64_t from_ms, int64_t until_ms)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (out == NULL)
		messages_fail("out of memory");
	fprintf(out, "%s, ", what);
	if (from_ms < until_ms) {
		print_time(out, from_ms, "from %Y-%m-%d %H:%M:%S to ");
		print_time(out, until_ms, "%H:%M:%S");
	} else {
		print_time(out, until_ms, "at %Y-%m-%d %H:%M:%S");
	}
	fclose(out);
	return alloc_check(text);
}

/* Write a flame graph of the stacks with a ${value}, if there are any.  Return their number. */
static size_t write_flame(const struct stacks *stacks, double (*value)(const struct site_row *row),
			  enum flame_colour colour, struct page_flame *out)
{
	struct tree tree;
	size_t n;
	FILE *file;

	tree_make(stacks, value, &tree);
	n = tree.count > 1;
	if (n) {
		file = create(out->file);
		flame_write(file, &tree, out->title, colour);
		close_written(file, out->file);
		out->height = flame_height(&tree);
	}
	tree_free(&tree);
	return n;
}

static size_t write_flames(const struct series *series, const struct findings *findings,
			   struct page_flame flames[PAGE_FLAMES_MOST])
{
	struct stacks stacks;
	size_t n;

	stacks_make(series, findings, &stacks);
	if (stacks.count == 0)
		return 0;
	flames[0] = (struct page_flame){.file = "flame.svg",
					.title = make_flame_title("Live bytes by call stack",
								  stacks.end_ms, stacks.end_ms)};
	n = write_flame(&stacks, live_of, FLAME_LIVE, &flames[0]);
	flames[n] =
	    (struct page_flame){.file = "flame-growth.svg",
				.title = make_flame_title("Growth of live bytes by call stack",
							  stacks.begin_ms, stacks.end_ms)};
	if (stacks.begin_ms < stacks.end_ms)
		n += write_flame(&stacks, growth_of, FLAME_GROWTH, &flames[n]);
	stacks_free(&stacks);
	return n;
}

static const char *make_title(const struct request *r)
{
	const char *service = r->choice.service;
	char *title;

	if (r->title[0])
		return r->title;
	if (asprintf(&title, "Memory report%s%s", service[0] ? " for " : "", service) < 0)
		messages_fail("out of memory");
	return title;
}

static void write_all(const struct request *r, const struct series *series,
		      const struct findings *findings)
{
	static struct site_view sites;
	struct page_flame flames[PAGE_FLAMES_MOST];
	struct pictures pictures;
	const struct page page = {
	    .title = make_title(r),
	    .about = make_about(series),
	    .command = r->command,
	    .requests = r->requests,
	    .findings = findings,
	    .pictures = &pictures,
	    .sites = &sites,
	    .flames = flames,
	    .flame_count = write_flames(series, findings, flames),
	};
	FILE *out;

	site_view_make(findings, &sites);
	pictures_draw(series, &pictures);
	write_figures(findings, r->requests);
	out = create("verdict.txt");
	print_verdict(out, findings, &sites, page.about);
	close_written(out, "verdict.txt");
	out = create("index.html");
	page_write(out, &page);
	close_written(out, "index.html");
	messages_clear();
	print_verdict(stdout, findings, &sites, page.about);
}

/* ---- the stacks ---- */

static void fail_without_sites(void)
{
	messages_fail(
	    "the points have no call sites; memagent writes them unless MEMAGENT_SITES is 0");
}

/* Write the stacks to the files that the options name. */
static void write_stacks(const struct request *r, const struct series *series,
			 const struct findings *findings)
{
	struct stacks stacks;
	FILE *out;

	stacks_make(series, findings, &stacks);
	if (stacks.count == 0)
		fail_without_sites();
	if (r->folded) {
		out = create(r->folded);
		stacks_write_folded(out, &stacks);
		close_written(out, r->folded);
	}
	if (r->pprof) {
		out = create(r->pprof);
		pprof_write(out, &stacks);
		close_written(out, r->pprof);
	}
	stacks_free(&stacks);
	messages_clear();
}

static void write_report(const struct request *r, const struct series *series,
			 const struct findings *findings)
{
	const char *slash = r->directory[strlen(r->directory) - 1] == '/' ? "" : "/";

	enter(r->directory);
	write_all(r, series, findings);
	printf("The page: %s%sindex.html\n", r->directory, slash);
	close_written(stdout, "standard output");
}

/* Print what leaks, and nothing else. */
static void print_leaks(const struct findings *findings)
{
	static struct site_view sites;

	site_view_make(findings, &sites);
	messages_clear();
	for (size_t i = 0; i < findings->count; i++)
		if (findings_leaks(&findings->all[i]))
			print_finding(stdout, &findings->all[i], sites.leaks[i]);
	site_print_leaks(stdout, &sites);
	close_written(stdout, "standard output");
}

static bool has_leak(const struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings_leaks(&findings->all[i]))
			return true;
	return false;
}

int main(int argc, char **argv)
{
	static struct request request;
	static struct series series;
	struct findings findings;
	bool only_stacks, leaks;

	request_read(&request, argc, argv);
	setenv("LC_ALL", "C", 1); /* makes gnuplot read and write decimal points */
	only_stacks = request.folded || request.pprof;
	if (!only_stacks && request.directory)
		gnuplot_expect();
	read_points(&request, &series);
	messages_progress("judging ...");
	findings_make(&series, request.requests, &findings);
	if (only_stacks)
		write_stacks(&request, &series, &findings);
	else if (request.directory)
		write_report(&request, &series, &findings);
	else
		print_leaks(&findings);
	leaks = request.fail_on_leak && has_leak(&findings);
	findings_free(&findings);
	series_free(&series);
	return leaks ? LEAK_FOUND : 0;
}
