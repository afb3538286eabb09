#include "tools/report/sentences.h"

#include <math.h>

#include "tools/report/diagnosis.h"
#include "tools/report/words.h"

struct subject {
	FILE *out;
	const struct diagnosis *d;
	const char *who;
	double requests;
	bool has_leak; /* of a call site, which another sentence names */
};

static const char *are(double bytes)
{
	return rint(bytes) == 1 ? "is" : "are";
}

static void say_load(const struct subject *s)
{
	const struct diagnosis *d = s->d;

	fprintf(s->out, "%s of load its live heap grew from %s to %s",
		words_span(d->load_seconds).text, words_bytes(d->live_base).text,
		words_bytes(d->live_load_end).text);
}

static void say_requests(const struct subject *s)
{
	if (s->requests > 0)
		fprintf(s->out, " in %s", words_count(s->requests, "request").text);
}

static void say_leaks(const struct subject *s)
{
	const struct diagnosis *d = s->d;

	fprintf(s->out, "LEAK: %s keeps what it allocates. In ", s->who);
	say_load(s);
	fprintf(s->out, ", steadily.");
	if (d->reallocs_made > d->objects_made)
		fprintf(s->out, " It resized objects %s times.",
			words_grouped(d->reallocs_made).text);
	if (d->objects_made >= 1)
		fprintf(s->out, " Of %s allocated, %s stayed.",
			words_count(d->objects_made, "object").text,
			words_grouped(d->objects_load_kept).text);
	fprintf(s->out, " (A cache far from full would look the same.)");
}

static void say_grows(const struct subject *s)
{
	bool rested = s->d->has_rest_before, is_over = s->d->has_rest_after;

	fprintf(s->out, "It grows: %s. In ", s->who);
	say_load(s);
	fprintf(s->out, ", steadily.");
	if (s->has_leak)
		return;
	fprintf(s->out,
		" This may be a leak%s or a cache that fills: %s%s%s. "
		"To find out, %s.",
		rested ? "" : ", a start-up", rested ? "" : "it was busy from the first point on",
		rested || is_over ? "" : " and ", is_over ? "" : "the load is not over",
		is_over ? "run another load" : "end the load, or watch it for half an hour");
}

/* A leak may be too small to show in all live bytes. */
static const char *whole(const struct subject *s)
{
	return s->has_leak ? "As a whole," : "No leak:";
}

static void say_level(const struct subject *s)
{
	fprintf(s->out, "%s %s grew to a bound and stays there. Its live heap went from %s to %s",
		whole(s), s->who, words_bytes(s->d->live_base).text,
		words_bytes(s->d->live_load_end).text);
	say_requests(s);
	fprintf(s->out, "; the last third of the load added %s.%s",
		words_bytes(fmax(s->d->live_last_third, 0)).text,
		s->has_leak ? "" : " That is what a cache does.");
}

static void say_returns(const struct subject *s)
{
	fprintf(s->out, "%s %s frees what it allocates. It allocated %s", whole(s), s->who,
		words_count(s->d->objects_made, "object").text);
	say_requests(s);
	fprintf(s->out, "; at most %s were live at once, %s before the load.",
		words_bytes(s->d->live_peak).text, words_bytes(s->d->live_base).text);
}

static void say_unknown(const struct subject *s)
{
	const struct diagnosis *d = s->d;

	fprintf(s->out, "Too little to say about %s%s: ", s->has_leak ? "the whole of " : "",
		s->who);
	if (!d->has_work) {
		fprintf(s->out, "it made %s in %s%s; %s %s live.",
			words_count(d->objects_made, "object").text,
			words_count((double)d->judged_points, "point").text,
			d->start_left_out ? " after its start" : "",
			words_bytes(d->live_after).text, are(d->live_after));
	} else if (d->load_points < DIAGNOSIS_LEAST_POINTS) {
		fprintf(s->out,
			"%s under load. Run a longer load, or set a shorter MEMAGENT_INTERVAL.",
			words_count((double)d->load_points, "point").text);
	} else {
		fprintf(s->out, "in ");
		say_load(s);
		if (d->load_points < 2 * (size_t)DIAGNOSIS_PARTS)
			fprintf(s->out, ", in %s",
				words_count((double)d->load_points, "point").text);
		else
			fprintf(s->out, ", but not steadily");
		fprintf(s->out, ".%s",
			s->has_leak ? "" : " A longer load would show whether the growth ends.");
	}
}

/* The rate of growth, for every class with enough data. */
static void say_growth(const struct subject *s)
{
	const struct diagnosis *d = s->d;

	if (!d->has_work || d->load_points < DIAGNOSIS_LEAST_POINTS)
		return;
	fprintf(s->out, " Under load live bytes %s by ",
		d->bytes_per_second <= -0.5 ? "fell" : "grew");
	if (s->requests > 0)
		fprintf(s->out, "%s a request, ",
			words_bytes(fabs(d->bytes_of_work / s->requests)).text);
	fprintf(s->out, "%s a second; %s %s %s live.", words_bytes(fabs(d->bytes_per_second)).text,
		d->has_rest_after ? "after it" : "at the end", words_bytes(d->live_after).text,
		are(d->live_after));
}

#define WORTH_BYTES (16.0 * 1048576) /* of the resident set, worth a sentence */

/* Report freed memory that the allocator still holds, if it is most of the resident set. */
static void say_held(const struct subject *s)
{
	const struct diagnosis *d = s->d;
	const struct diagnosis_trims *t = &d->trims;
	double rise = d->rss_peak - d->rss_base;
	double held = d->rss_after - d->rss_base - (d->live_after - d->live_base);

	if (d->sys_after > 0)
		held = fmin(held, d->sys_after - d->live_after);
	if (d->class != DIAGNOSIS_RETURNS || held < WORTH_BYTES || rise <= 0 ||
	    (d->rss_after - d->rss_base) / rise < 0.5)
		return;
	fprintf(s->out, " The allocator still holds %s that the program has freed",
		words_bytes(held).text);
	if (!t->known || t->count < 1)
		fprintf(s->out, ". MEMAGENT_TRIM_INTERVAL returns unused memory to the kernel.");
	else if (t->rss_before - t->rss_after < held / 10)
		fprintf(s->out, ", in holes smaller than a page: trims gave nothing back.");
	else
		fprintf(s->out, ".");
}

/*
 * Report resident memory that cannot come from malloc, even if all of the allocator's memory is
 * resident.
 */
static void say_foreign(const struct subject *s)
{
	const struct diagnosis *d = s->d;
	double rise = d->rss_after - d->rss_base;
	double foreign = rise - fmax(d->sys_after - d->live_base, 0);

	if (d->sys_after > 0 && foreign >= WORTH_BYTES && foreign >= rise / 2)
		fprintf(s->out,
			" At least %s of the growth did not come from malloc, whose allocator has "
			"%s from the kernel: look at mappings, files and stacks.",
			words_bytes(foreign).text, words_bytes(d->sys_after).text);
}

static void say_resident(const struct subject *s)
{
	const struct diagnosis *d = s->d;

	if (d->rss_peak <= 0)
		return;
	fprintf(s->out, " Resident: %s before the load, %s at most, %s at the end.",
		words_bytes(d->rss_base).text, words_bytes(d->rss_peak).text,
		words_bytes(d->rss_after).text);
	say_held(s);
	say_foreign(s);
}

static void say_trims(const struct subject *s)
{
	const struct diagnosis_trims *t = &s->d->trims;

	if (!t->known)
		return;
	fprintf(s->out, " %s took %s in all", words_count(t->count, "trim").text,
		words_pause(t->total_ns).text);
	if (t->longest_ns > 0)
		fprintf(s->out, ", the last %s, %s at most", words_pause(t->last_ns).text,
			words_pause(t->longest_ns).text);
	if (t->rss_after > 0 && t->rss_after < t->rss_before)
		fprintf(s->out, "; the most effective shrank the resident set from %s to %s",
			words_bytes(t->rss_before).text, words_bytes(t->rss_after).text);
	else if (t->rss_after > 0)
		fprintf(s->out, "; none shrank the resident set");
	fprintf(s->out, ".");
}

void sentences_write(FILE *out, const struct diagnosis *d, const char *who, double requests,
		     bool has_leak)
{
	static void (*const say[DIAGNOSIS_CLASSES])(const struct subject *) = {
	    [DIAGNOSIS_LEAKS] = say_leaks,     [DIAGNOSIS_GROWS] = say_grows,
	    [DIAGNOSIS_UNKNOWN] = say_unknown, [DIAGNOSIS_LEVEL] = say_level,
	    [DIAGNOSIS_RETURNS] = say_returns,
	};
	const struct subject subject = {out, d, who, requests, has_leak};

	say[d->class](&subject);
	say_growth(&subject);
	say_resident(&subject);
	say_trims(&subject);
}

void sentences_write_short(FILE *out, const struct diagnosis *d, const char *who, bool has_leak)
{
	static const char *const beginnings[DIAGNOSIS_CLASSES] = {
	    [DIAGNOSIS_LEAKS] = "LEAK",
	    [DIAGNOSIS_GROWS] = "It grows",
	    [DIAGNOSIS_UNKNOWN] = "Too little to say",
	    [DIAGNOSIS_LEVEL] = "No leak",
	    [DIAGNOSIS_RETURNS] = "No leak",
	};

	fprintf(out,
		"%s: %s, like the one above. Live: %s before the load, %s at most, %s at the end.",
		has_leak ? "LEAK" : beginnings[d->class], who, words_bytes(d->live_base).text,
		words_bytes(d->live_peak).text, words_bytes(d->live_after).text);
}
