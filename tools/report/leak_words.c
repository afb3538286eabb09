#include "tools/report/leak_words.h"

#include <math.h>
#include <time.h>

#include "tools/report/site_table.h"
#include "tools/report/words.h"

#define SECONDS_MATTER_MS ((int64_t)10 * 60 * 1000) /* in a shorter time */
#define DAY_MS ((int64_t)24 * 3600 * 1000)

static void say_since(FILE *out, int64_t since_ms, int64_t end_ms)
{
	time_t seconds = (time_t)(since_ms / 1000);
	int64_t ago_ms = end_ms - since_ms;
	char text[64];
	struct tm tm;

	localtime_r(&seconds, &tm);
	strftime(text, sizeof(text),
		 ago_ms < SECONDS_MATTER_MS ? "%H:%M:%S"
		 : ago_ms < DAY_MS	    ? "%H:%M"
					    : "%Y-%m-%d %H:%M",
		 &tm);
	fprintf(out, ", since %s", text);
}

void leak_words_write(FILE *out, const struct site_row *row, const char *place, int64_t end_ms)
{
	const struct site_leak *leak = &row->leak;

	fputs(site_row_function(row), out);
	if (place[0])
		fprintf(out, " (%s)", place);
	fprintf(out, " leaks %s/s", words_bytes_and_error(leak->bytes_per_s, leak->error).text);
	if (!isnan(leak->percent))
		fprintf(out, ", %.0f %% of the growth", leak->percent);
	if (leak->since_ms != INT64_MIN)
		say_since(out, leak->since_ms, end_ms);
	fputc('.', out);
}
